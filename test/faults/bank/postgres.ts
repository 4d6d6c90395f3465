import { readFile } from 'node:fs/promises';
import { startPostgres } from '@lastro/embedded-postgres';
import { createLogger, signalIfThere } from '@lastro/service';
import type { Launch } from './keeper.ts';

/** Small enough that checkpoints, and recoveries that have something to do, happen also in a short run. */
const SETTINGS = {
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  min_wal_size: '80MB',
  checkpoint_timeout: '30s',
};
const START_DEADLINE_MS = 60_000;
const SHUTDOWN_DEADLINE_MS = 10_000;

export interface PostgresPlan {
  readonly directory: string;
  readonly port: number;
  readonly logFile: (line: string) => void;
}

/** Launches of one embedded PostgreSQL, and its URL once it has started. */
export function postgresLaunch(plan: PostgresPlan): { readonly launch: Launch; readonly url: () => string } {
  let url = '';
  const logger = createLogger('postgres', 'warn', { write: plan.logFile });
  const launch: Launch = async () => {
    const postgres = await startPostgres({
      directory: plan.directory,
      port: plan.port,
      logger,
      settings: SETTINGS,
      startDeadlineMs: START_DEADLINE_MS,
      shutdownDeadlineMs: SHUTDOWN_DEADLINE_MS,
    });
    url = postgres.url;
    return {
      pid: postgres.pid,
      ended: postgres.exited.then(() => `it ended (see postgres.log in ${plan.directory})`),
      answering: Promise.resolve(),
      pids: async () => [postgres.pid, ...(await childrenOf(postgres.pid))],
      stop: () => signalIfThere(postgres.pid, 'SIGINT'),
      release: () => postgres.stop(),
    };
  };
  return { launch, url: () => url };
}

/** The processes that serve one connection each, or write in the background. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
