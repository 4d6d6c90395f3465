import { createLogger } from '@lastro/service';
import { startPostgres } from '../src/start-postgres.ts';

/** A process that starts PostgreSQL on the directory of its first argument, says so, and waits to be killed. */
const postgres = await startPostgres({
  directory: process.argv[2]!,
  logger: createLogger('starter', 'silent'),
});
process.send!({ url: postgres.url, pid: postgres.pid });
