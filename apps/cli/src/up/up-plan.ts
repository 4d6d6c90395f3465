import { loadConfig } from '@lastro/service';
import { Type } from 'typebox';
import { usageFault } from '../command-fault.ts';
import { type DataPaths, dataPaths } from '../data-directory/paths.ts';

/** The flags of `lastro up`, as commander gives them. */
export interface UpFlags {
  readonly port: string;
  readonly business: string;
  readonly clients: string;
  readonly dataDir: string;
  readonly verbose?: boolean;
}

/** What `lastro up` is to run, checked. */
export interface UpPlan {
  readonly paths: DataPaths;
  /** The data service's; the business services follow. 0: any free ports. */
  readonly port: number;
  readonly businessIds: readonly string[];
  /** Simulated clients; 0: none. */
  readonly clients: number;
  /** Whether the processes write to the terminal instead of into files. */
  readonly verbose: boolean;
  /** A PostgreSQL of the user's own; undefined: the embedded one. */
  readonly databaseUrl: string | undefined;
  /** Where the business services listen. The data service listens on this machine only. */
  readonly host: string;
  /** Whether they serve the web console. */
  readonly console: boolean;
  /** Handed on to the processes, so that their own settings can be set. */
  readonly env: NodeJS.ProcessEnv;
}

const BUSINESS_MAX = 64;
const CLIENTS_MAX = 10_000;
const PORT_MAX = 65_535;

const UpSettings = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'postgresql://... of a PostgreSQL of your own',
    }),
  ),
  LASTRO_HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  LASTRO_CONSOLE: Type.Enum(['on', 'off'], { default: 'on' }),
});

/** @throws CommandFault, ConfigError */
export function planUp(flags: UpFlags, env: NodeJS.ProcessEnv): UpPlan {
  const settings = loadConfig(UpSettings, env);
  const port = wholeNumber('--port', flags.port, 0, PORT_MAX);
  const business = wholeNumber('--business', flags.business, 1, BUSINESS_MAX);
  if (port + business > PORT_MAX) {
    throw usageFault(
      `--port ${port} leaves no room for ${business} business services: ports end at ${PORT_MAX}`,
    );
  }
  return {
    paths: dataPaths(flags.dataDir),
    port,
    businessIds: Array.from({ length: business }, (_, index) => businessId(index + 1)),
    clients: wholeNumber('--clients', flags.clients, 0, CLIENTS_MAX),
    verbose: flags.verbose ?? false,
    databaseUrl: settings.DATABASE_URL,
    host: settings.LASTRO_HOST,
    console: settings.LASTRO_CONSOLE === 'on',
    env,
  };
}

function businessId(number: number): string {
  return `business-${number}`;
}

function wholeNumber(flag: string, text: string, minimum: number, maximum: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw usageFault(`${flag} must be a whole number from ${minimum} to ${maximum}, not '${text}'`);
}
