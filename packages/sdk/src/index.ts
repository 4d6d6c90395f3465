export { uuidv7 as newOperationId } from 'uuidv7';
export { LastroClient, type OpenAccountOptions, type OperationsOptions } from './client.ts';
export { LastroProblemError, LastroUnreachableError, UNEXPECTED_ANSWER } from './errors.ts';
export type { EventsOptions } from './event-follower.ts';
export { LastroOptionsError, type LastroClientOptions } from './options.ts';
export type { SendOptions } from './requester.ts';
export type { Failover } from './retrying-sender.ts';
export type { StatementExportOptions } from './statement-export.ts';
export type { Routing } from './server-list.ts';
