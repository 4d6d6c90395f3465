import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type RunningPostgres, startPostgres } from '@lastro/embedded-postgres';
import { createLogger } from '@lastro/service';
import pg from 'pg';
import type { Ground } from './contenders/contender.ts';
import { startChild } from './processes/child.ts';

export interface GroundOptions {
  /** On the disk to be measured. The ground is a directory in it, which is removed at the end. */
  readonly parentDirectory: string;
  readonly accountCount: number;
  readonly businessServices: number;
  readonly poolSize?: number | undefined;
  /** Settings of Lastro's business services, by their names, where they are not the usual ones. */
  readonly businessSettings?: Readonly<Record<string, string>>;
  /** Of the directory; another for a ground beside another one. */
  readonly directoryName?: string;
  /** Where the services leave V8 profiles (flame graphs) when they end. Profiling makes them slower. */
  readonly profileDirectory?: string | undefined;
}

export interface RunningGround extends Ground {
  readonly postgres: RunningPostgres;
  /** Stops all that was started on it, the newest first and PostgreSQL last, and removes the directory with all that was measured. */
  stop(): Promise<void>;
}

/** Fewer leave the processor idle while commits sync; more only wait for each other. */
const POOL_SIZE = 16;
/** Its own name, so that nobody's files are ever removed. What a bench that was killed left in it is taken over. */
const DIRECTORY_NAME = '.lastro-bench';

/** PostgreSQL with the settings of `lastro up`, and a directory for queues and logs, for all contenders alike. */
export async function startGround(options: GroundOptions): Promise<RunningGround> {
  const directory = resolve(options.parentDirectory, options.directoryName ?? DIRECTORY_NAME);
  const servicesDirectory = join(directory, 'services');
  await rm(servicesDirectory, { recursive: true, force: true });
  await mkdir(servicesDirectory, { recursive: true });
  const postgres = await startPostgres({
    directory: join(directory, 'postgres'),
    database: 'bench',
    logger: createLogger('postgres', 'warn'),
  });
  const stops: (() => Promise<void>)[] = [() => postgres.stop()];
  return {
    directory: servicesDirectory,
    accountCount: options.accountCount,
    businessServices: options.businessServices,
    poolSize: options.poolSize ?? POOL_SIZE,
    businessSettings: options.businessSettings ?? {},
    postgres,
    createDatabase: (name) => createDatabase(postgres.url, name),
    openDatabase(url) {
      const pool = openPool(url);
      stops.push(() => pool.end());
      return pool;
    },
    async startService(name, module, settings, niceness) {
      const log = join(servicesDirectory, `${name}.log`);
      const { profileDirectory } = options;
      const service = await startChild(name, module, settings, { log, profileDirectory }, niceness);
      stops.push(() => service.stop());
      return service;
    },
    async stop() {
      for (const stop of stops.reverse()) await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  // A connection that breaks while nothing is asked of it: the next question tells.
  pool.on('error', () => undefined);
  return pool;
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const quoted = client.escapeIdentifier(name);
    await client.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${quoted}`);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
