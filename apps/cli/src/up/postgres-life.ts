import { startPostgres } from '@lastro/embedded-postgres';
import type { Logger } from '@lastro/service';
import { signalIfThere } from '@lastro/service';
import type { Incarnation, Launch } from './supervisor.ts';

/** Launches of the embedded PostgreSQL: the first finds a port, the ones after it keep to that. */
export interface PostgresLives {
  readonly launch: Launch;
  /** Of the newest launch. */
  url(): string;
}

export function postgresLives(directory: string, logger: Logger): PostgresLives {
  let url = '';
  let port: number | undefined;
  const launch = async (): Promise<Incarnation> => {
    const postgres = await startPostgres({ directory, logger, ...(port === undefined ? {} : { port }) });
    ({ url, port } = postgres);
    return {
      pid: postgres.pid,
      ended: postgres.exited.then(() => 'it ended'),
      stop: () => postgres.stop(),
      // An immediate shutdown: it ends its backends, and the next start recovers.
      kill: () => signalIfThere(postgres.pid, 'SIGQUIT'),
      crash: () => signalIfThere(postgres.pid, 'SIGKILL'),
    };
  };
  return { launch, url: () => url };
}
