import { describeQueue } from './queue-conformance.ts';
import { createLmdbHarness } from './lmdb-harness.ts';

describeQueue('the queue on LMDB', createLmdbHarness);
