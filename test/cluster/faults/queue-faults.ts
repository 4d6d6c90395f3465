import type { Random } from '../../simulation/world/random.ts';
import { BUSINESS_SERVICES, type ClusterBank } from '../bank/cluster-bank.ts';
import { QUEUE_HOSTS, type QueueCluster, TICK_SECONDS } from '../bank/queue-cluster.ts';
import type { ClusterFault, Victim } from './cluster-fault.ts';
import { cutBetween, cutOff, killHost } from './host-faults.ts';
import { loseBusinessService } from './lost-service.ts';

/** Silence between nodes lasts until they have taken each other for dead, which is another matter than a short one. */
const NODES_CUT_MIN_MS = 2 * TICK_SECONDS * 1_000;

/** Each node of RabbitMQ killed and cut off, by what it is to the queue, and each kind of link to one. */
export function queueFaults(
  bank: ClusterBank,
  queue: QueueCluster,
  journals: readonly string[],
): ClusterFault[] {
  const { network } = bank;
  const leader: Victim = { role: 'queue leader', pick: () => queue.leader() };
  const follower: Victim = {
    role: 'queue follower',
    pick: async (random) => random.pick(await othersThan(await queue.leader())),
  };
  const business: Victim = {
    role: 'business service',
    pick: async (random) => random.pick(BUSINESS_SERVICES),
  };
  return [
    ...[leader, follower].flatMap((victim) => [
      killHost(queue.hosts, victim),
      cutOff(network, victim, NODES_CUT_MIN_MS),
    ]),
    cutBetween({
      network,
      victim: leader,
      from: 'the other two',
      others: othersThan,
      holdMinMs: NODES_CUT_MIN_MS,
    }),
    cutBetween({
      network,
      victim: business,
      from: 'its queue node',
      others: (target, random) => nodeOf(bank, target, random),
    }),
    cutBetween({ network, victim: business, from: 'all queue nodes', others: async () => QUEUE_HOSTS }),
    loseBusinessService(bank, business, journals),
  ];
}

async function othersThan(host: string): Promise<readonly string[]> {
  return QUEUE_HOSTS.filter((other) => other !== host);
}

/** A node that the service is connected to: it publishes and reads by connections of their own. */
async function nodeOf({ network }: ClusterBank, service: string, random: Random): Promise<readonly string[]> {
  const peers = await network.peers(service);
  const nodes = QUEUE_HOSTS.filter((host) => peers.includes(host));
  return [random.pick(nodes.length > 0 ? nodes : QUEUE_HOSTS)];
}
