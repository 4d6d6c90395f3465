import { BankFault } from '../../faults/bank/bank-fault.ts';
import type { Keeper } from '../../faults/bank/keeper.ts';
import type { Random } from '../../simulation/world/random.ts';
import type { HostPrograms } from '../bank/host-programs.ts';
import type { HostNetwork } from '../machine/network.ts';
import type { ClusterFault, Victim } from './cluster-fault.ts';

/** `kill -9` of everything on a host, as when it loses its power. */
export function killHost(hosts: HostPrograms, { role, pick }: Victim): ClusterFault {
  return {
    kind: `kill ${role}`,
    async strike(random) {
      const target = await pick(random);
      await hosts.kill(target);
      return { target, heal: async () => hosts.start(target) };
    },
  };
}

export function killService(service: (name: string) => Keeper, { role, pick }: Victim): ClusterFault {
  return {
    kind: `kill ${role}`,
    async strike(random) {
      const target = await pick(random);
      if (!(await service(target).kill()))
        throw new BankFault(`${target} did not run, and could not be killed`);
      return { target, heal: async () => service(target).start() };
    },
  };
}

/** Nothing gets to the host, nor from it. */
export function cutOff(network: HostNetwork, { role, pick }: Victim, holdMinMs?: number): ClusterFault {
  return {
    kind: `cut off ${role}`,
    ...(holdMinMs !== undefined && { holdMinMs }),
    async strike(random) {
      const target = await pick(random);
      await network.cutOff(target);
      return { target, heal: () => network.join(target) };
    },
  };
}

export interface Cut {
  readonly network: HostNetwork;
  readonly victim: Victim;
  /** In words, whom it does not reach any more. */
  readonly from: string;
  readonly others: (target: string, random: Random) => Promise<readonly string[]>;
  readonly holdMinMs?: number;
}

/** Some links of a host; all others stay. */
export function cutBetween({ network, victim, from, others, ...hold }: Cut): ClusterFault {
  return {
    kind: `cut ${victim.role} from ${from}`,
    ...hold,
    async strike(random) {
      const target = await victim.pick(random);
      const cut = await others(target, random);
      await network.cutBetween(target, cut);
      return { target: `${target} from ${cut.join(', ')}`, heal: () => network.joinAgain(target) };
    },
  };
}
