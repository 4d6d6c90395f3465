import type { Random } from '../../simulation/world/random.ts';
import type { Fault } from '../../faults/faults/fault.ts';
import { BUSINESS_SERVICES, type ClusterBank, DATA_SERVICES } from '../bank/cluster-bank.ts';
import { DATABASE_HOSTS } from '../bank/database-cluster.ts';

/** Those of the short form: the primary in both ways, and one of each service. */
export const SHORT_FAULTS: ReadonlySet<string> = new Set([
  'kill primary',
  'cut off primary',
  'kill data service',
]);

/** Who can be hurt, by what it is at the time. */
type Role = 'primary' | 'synchronous standby' | 'other standby' | 'data service' | 'business service';

/** Each host killed and cut off, each link between two kinds of hosts cut. */
export function clusterFaults(bank: ClusterBank): Fault[] {
  return [
    ...DATABASE_ROLES.flatMap((role) => [killHost(bank, role), cutOff(bank, role)]),
    killPostgres(bank),
    cutBetween(bank, 'primary', 'the other two', async (primary) =>
      DATABASE_HOSTS.filter((name) => name !== primary),
    ),
    killService(bank, 'data service', DATA_SERVICES),
    killService(bank, 'business service', BUSINESS_SERVICES),
    cutOff(bank, 'data service'),
    cutOff(bank, 'business service'),
    cutBetween(bank, 'data service', 'the primary', async (_, random) => [
      await pick(bank, 'primary', random),
    ]),
    cutBetween(bank, 'business service', 'a data service', async (_, random) => [random.pick(DATA_SERVICES)]),
  ];
}

const DATABASE_ROLES = ['primary', 'synchronous standby', 'other standby'] as const;

/** Right after a change it takes a moment until every host of the database has its role. */
const WHOLE_DEADLINE_MS = 60_000;

async function pick(bank: ClusterBank, role: Role, random: Random): Promise<string> {
  if (role === 'data service') return random.pick(DATA_SERVICES);
  if (role === 'business service') return random.pick(BUSINESS_SERVICES);
  const roles = await bank.database.waitUntilWhole(WHOLE_DEADLINE_MS);
  if (role === 'primary') return roles.primary;
  return role === 'other standby' ? roles.other : roles.synchronous;
}

function killHost(bank: ClusterBank, role: Role): Fault {
  return {
    kind: `kill ${role}`,
    async strike(random) {
      const target = await pick(bank, role, random);
      await bank.database.killHost(target);
      return { target, heal: async () => bank.database.startHost(target) };
    },
  };
}

function killPostgres(bank: ClusterBank): Fault {
  return {
    kind: 'kill PostgreSQL of primary',
    async strike(random) {
      const target = await pick(bank, 'primary', random);
      await bank.database.killPostgres(target);
      return { target, heal: async () => undefined };
    },
  };
}

function killService(bank: ClusterBank, role: Role, names: readonly string[]): Fault {
  return {
    kind: `kill ${role}`,
    async strike(random) {
      const target = random.pick(names);
      if (!(await bank.service(target).kill())) return undefined;
      return { target, heal: async () => bank.service(target).start() };
    },
  };
}

function cutOff(bank: ClusterBank, role: Role): Fault {
  return {
    kind: `cut off ${role}`,
    async strike(random) {
      const target = await pick(bank, role, random);
      await bank.network.cutOff(target);
      return { target, heal: () => bank.network.join(target) };
    },
  };
}

function cutBetween(
  bank: ClusterBank,
  role: Role,
  from: string,
  others: (target: string, random: Random) => Promise<readonly string[]>,
): Fault {
  return {
    kind: `cut ${role} from ${from}`,
    async strike(random) {
      const target = await pick(bank, role, random);
      const cut = await others(target, random);
      await bank.network.cutBetween(target, cut);
      return { target: `${target} from ${cut.join(' and ')}`, heal: () => bank.network.joinAgain(target) };
    },
  };
}
