/** What can be done with queues from outside of their business services, without loading the code of these. */
export { copyQueue } from './lmdb/copy-queue.ts';
export { QueueDirectoryError } from './lmdb/queue-directory-error.ts';
export { type KeptResult, KeptResults } from './lmdb/kept-results.ts';
