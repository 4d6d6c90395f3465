import type { Random } from '../../simulation/world/random.ts';
import { BUSINESS_SERVICES, type ClusterBank, DATA_SERVICES } from '../bank/cluster-bank.ts';
import { DATABASE_HOSTS } from '../bank/database-cluster.ts';
import type { ClusterFault, Victim } from './cluster-fault.ts';
import { cutBetween, cutOff, killHost, killService } from './host-faults.ts';
import { queueFaults } from './queue-faults.ts';

/** Those of the short form, at once: each has to do with another part of the bank, and each part outlives the loss of one. */
const SHORT_FORM = ['kill primary', 'kill queue leader', 'kill data service', 'kill business service'];

/** Right after a change it takes a moment until every host of the database has its role. */
const WHOLE_DEADLINE_MS = 60_000;

/** Each host killed and cut off, each kind of link cut. `journals`: what clients note down. */
export function clusterFaults(bank: ClusterBank, journals: readonly string[]): ClusterFault[] {
  return [
    ...databaseFaults(bank),
    ...serviceFaults(bank),
    ...(bank.queue === undefined ? [] : queueFaults(bank, bank.queue, journals)),
  ];
}

/** What strikes at once, one after the other, in the short form. */
export function shortForm(faults: readonly ClusterFault[]): ClusterFault[][] {
  return [faults.filter(({ kind }) => SHORT_FORM.includes(kind))];
}

function databaseFaults(bank: ClusterBank): ClusterFault[] {
  const { network, database } = bank;
  const primary = primaryOf(bank);
  const victims: Victim[] = [
    primary,
    {
      role: 'synchronous standby',
      pick: async () => (await database.waitUntilWhole(WHOLE_DEADLINE_MS)).synchronous,
    },
    { role: 'other standby', pick: async () => (await database.waitUntilWhole(WHOLE_DEADLINE_MS)).other },
  ];
  return [
    ...victims.flatMap((victim) => [killHost(database.hosts, victim), cutOff(network, victim)]),
    {
      kind: 'kill PostgreSQL of primary',
      async strike(random) {
        const target = await primary.pick(random);
        await database.killPostgres(target);
        return { target, heal: async () => undefined };
      },
    },
    cutBetween({
      network,
      victim: primary,
      from: 'the other two',
      others: async (target) => DATABASE_HOSTS.filter((host) => host !== target),
    }),
  ];
}

function serviceFaults(bank: ClusterBank): ClusterFault[] {
  const { network } = bank;
  const data: Victim = { role: 'data service', pick: async (random) => random.pick(DATA_SERVICES) };
  const business: Victim = {
    role: 'business service',
    pick: async (random) => random.pick(BUSINESS_SERVICES),
  };
  const service = (name: string) => bank.service(name);
  const thePrimary = async (_: string, random: Random) => [await primaryOf(bank).pick(random)];
  return [
    ...[data, business].flatMap((victim) => [killService(service, victim), cutOff(network, victim)]),
    cutBetween({ network, victim: data, from: 'the primary', others: thePrimary }),
    cutBetween({
      network,
      victim: business,
      from: 'a data service',
      others: async (_, random) => [random.pick(DATA_SERVICES)],
    }),
  ];
}

function primaryOf({ database }: ClusterBank): Victim {
  return {
    role: 'primary',
    pick: async () => (await database.waitUntilWhole(WHOLE_DEADLINE_MS)).primary,
  };
}
