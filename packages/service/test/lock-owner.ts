import { lockFile } from '../src/file-lock.ts';

/** A process that takes the lock of its first argument, says so, and waits to be killed. */
await lockFile(process.argv[2]!);
process.send!('locked');
// Without this there would be nothing left to do, and the process would end by itself.
process.once('disconnect', () => process.exit());
