import { DATA_SERVICE_NICENESS, signalIfThere } from '@lastro/service';
import type { Credentials } from '../data-directory/secrets.ts';
import { logFile, queueDirectory } from '../data-directory/paths.ts';
import type { PortUse } from './ports.ts';
import { launchService, type ServiceProcess } from './service-process.ts';
import { type LaunchClients, CLIENTS } from './simulated-clients.ts';
import type { UpPlan } from './up-plan.ts';

/** The data service is for the business services alone, which are on this machine. */
const DATA_HOST = '127.0.0.1';
const ANY_HOST = ['0.0.0.0', '::'];
/** A run ends with the check of every cent. */
const SIMULATION_SECONDS = 600;
/** Few enough that most have money soon. */
const SIMULATION_ACCOUNTS = 200;
/** What a service that is stopped keeps in its queue is no loss: the check waits for it. */
const SETTLE_SECONDS = 3_600;

export interface Keys {
  readonly adminKey: string;
  readonly credentials: Credentials;
}

/** Which port each service gets: the data service's, then one for each business service. */
export function portUses(plan: UpPlan, ports: readonly number[]): PortUse[] {
  const names = ['data', ...plan.businessIds];
  return names.map((name, index) => ({
    name,
    host: index === 0 ? DATA_HOST : plan.host,
    port: ports[index]!,
  }));
}

/** Where this machine reaches a service. */
function urlOf({ host, port }: PortUse): string {
  const reachable = ANY_HOST.includes(host) ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

export function dataService(
  plan: UpPlan,
  use: PortUse,
  databaseUrl: string,
  { credentials }: Keys,
): ServiceProcess {
  const keys = Object.entries(credentials).map(([id, key]) => `${id}:${key}`);
  return {
    name: use.name,
    args: ['data'],
    niceness: DATA_SERVICE_NICENESS,
    url: urlOf(use),
    logFile: logOf(plan, use.name),
    env: {
      ...plan.env,
      DATABASE_URL: databaseUrl,
      LASTRO_HOST: use.host,
      LASTRO_PORT: String(use.port),
      LASTRO_BUSINESS_KEYS: keys.join(','),
    },
  };
}

/** One of the business services on the ports `uses`, which know of each other. */
export function businessService(
  plan: UpPlan,
  use: PortUse,
  uses: readonly PortUse[],
  dataUrl: string,
  keys: Keys,
): ServiceProcess {
  const peers = uses.filter((other) => other !== use).map(urlOf);
  return {
    name: use.name,
    args: ['business', '--from-up'],
    url: urlOf(use),
    logFile: logOf(plan, use.name),
    env: {
      ...plan.env,
      LASTRO_BUSINESS_ID: use.name,
      LASTRO_BUSINESS_KEY: keys.credentials[use.name],
      LASTRO_DATA_URL: dataUrl,
      ...(peers.length === 0 ? {} : { LASTRO_PEERS: peers.join(',') }),
      LASTRO_QUEUE_DIR: queueDirectory(plan.paths, use.name),
      LASTRO_ADMIN_KEY: keys.adminKey,
      LASTRO_HOST: use.host,
      LASTRO_PORT: String(use.port),
    },
  };
}

/** Simulated clients of the business services on `servers`. */
export function simulatedClients(
  plan: UpPlan,
  servers: readonly string[],
  { adminKey }: Keys,
): LaunchClients {
  return async ({ clients, operationsPerSecond }, onMessage, signal) => {
    const flags = {
      ...{ servers: servers.join(','), clients, rate: operationsPerSecond },
      ...{ accounts: SIMULATION_ACCOUNTS, duration: SIMULATION_SECONDS, 'settle-timeout': SETTLE_SECONDS },
    };
    const given = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    const process: ServiceProcess = {
      name: CLIENTS,
      args: ['simulate', '--from-up', ...given],
      url: undefined,
      logFile: logOf(plan, CLIENTS),
      onMessage,
      env: { ...plan.env, LASTRO_API_KEY: adminKey },
    };
    const launched = await launchService(process, signal);
    return { ...launched, interrupt: () => signalIfThere(launched.pid, 'SIGINT') };
  };
}

function logOf(plan: UpPlan, name: string): string | undefined {
  return plan.verbose ? undefined : logFile(plan.paths, name);
}
