import type { GeneratorMessage, LoadJob } from './job.ts';
import { runLoad } from './run-load.ts';

/** The load generator: a process of its own, that runs one job after the other and ends with its parent. */
const tell = (message: GeneratorMessage): void => void process.send?.(message);

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined);
process.on('message', (job: LoadJob) => {
  runLoad(job, tell).then(
    (result) => tell({ kind: 'result', result }),
    (error: unknown) => tell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
  );
});
