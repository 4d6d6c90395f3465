import type { ChannelModel } from 'amqplib';
import { openChannel } from './channels.ts';
import { limitsDeliveries } from './broker-version.ts';
import { refuseUnsafe, type Safety } from './unsafe.ts';

/** Names of what there is at the broker, from LASTRO_QUEUE_NAME. */
export interface BrokerNames {
  /** Operations on their way to the ledger, of all business services. One at a time reads it, in order. */
  readonly operations: string;
  /** Where the broker puts operations that a limit on deliveries would drop: read like the one above. */
  readonly returned: string;
  /** Messages that are none of ours, or damaged. Nobody reads it but an operator. */
  readonly unreadable: string;
  /** Results, on their way to the business service that took the operations. */
  readonly results: string;
  /** The dead letters of one business service. */
  deadLetters(businessId: string): string;
  /** That a business service of this name is connected. */
  service(businessId: string): string;
}

export function brokerNames(prefix: string): BrokerNames {
  return {
    operations: `${prefix}.operations`,
    returned: `${prefix}.returned`,
    unreadable: `${prefix}.unreadable`,
    results: `${prefix}.results`,
    deadLetters: (businessId) => `${prefix}.dead-letters.${businessId}`,
    service: (businessId) => `${prefix}.service.${businessId}`,
  };
}

/** The queues that keep what was promised. */
export function durableQueues(names: BrokerNames, businessId: string): string[] {
  return [names.operations, names.returned, names.unreadable, names.deadLetters(businessId)];
}

export interface TopologyOptions extends Safety {
  readonly names: BrokerNames;
  readonly businessId: string;
  /** Most messages in a queue; past it the broker refuses, and drops nothing (I9). */
  readonly messagesMax: number;
  /** How many nodes a new queue is put on. */
  readonly membersMin: number;
}

/** How many members a queue gets, where there are so many nodes. */
const MEMBERS_BY_THEMSELVES = 3;

/**
 * Makes the queues and the exchange that are not there yet.
 *
 * @throws QueueBrokerError when one is there and is another than it must be.
 */
export async function declareTopology(connection: ChannelModel, options: TopologyOptions): Promise<void> {
  const { names, businessId } = options;
  await declareQueue(connection, names.returned, options, { 'x-single-active-consumer': true });
  await declareQueue(connection, names.operations, options, {
    // One reader at a time: what one business service took is posted in that order, by whoever it is.
    'x-single-active-consumer': true,
    // A limit on deliveries, of a policy or of the broker, moves operations instead of dropping them (I1).
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': names.returned,
    'x-dead-letter-strategy': 'at-least-once',
  });
  await declareQueue(connection, names.unreadable, options, {});
  await declareQueue(connection, names.deadLetters(businessId), options, {});
  const channel = await openChannel(connection);
  await channel.assertExchange(names.results, 'direct', { durable: true });
  await channel.close();
}

async function declareQueue(
  connection: ChannelModel,
  name: string,
  options: TopologyOptions,
  more: Readonly<Record<string, unknown>>,
): Promise<void> {
  const wanted = {
    'x-queue-type': 'quorum',
    'x-overflow': 'reject-publish',
    'x-max-length': options.messagesMax,
    // Fewer are what the broker makes by itself.
    ...(options.membersMin > MEMBERS_BY_THEMSELVES && { 'x-quorum-initial-group-size': options.membersMin }),
    ...more,
  };
  const declared = limitsDeliveries(connection) ? { ...wanted, 'x-delivery-limit': -1 } : wanted;
  let refusal = await declare(connection, name, declared);
  if (refusal === undefined) return;
  if (/x-delivery-limit/.test((refusal as Error).message)) {
    // It was made by an older broker: a policy can still say that nothing is dropped (see checkQueues).
    refusal = await declare(connection, name, wanted);
    if (refusal === undefined) return;
  }
  // The broker names one difference; that it is another kind of queue says more than any other.
  const kind = await declare(connection, name, { 'x-queue-type': 'quorum' });
  const isKind = kind !== undefined && /x-queue-type/.test((kind as Error).message);
  const cause = isKind ? kind : refusal;
  refuseUnsafe(describeRefusal(name, cause), options, cause);
}

/** Declares a queue; what the broker has against it, if it is there and is another. */
async function declare(
  connection: ChannelModel,
  name: string,
  declared: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const channel = await openChannel(connection);
  try {
    await channel.assertQueue(name, { durable: true, arguments: declared });
    await channel.close();
    return undefined;
  } catch (error) {
    if ((error as { code?: unknown }).code === 406) return error;
    throw error;
  }
}

function describeRefusal(name: string, refusal: unknown): string {
  const { message } = refusal as Error;
  const argument = /inequivalent arg '([^']+)'/.exec(message)?.[1] ?? 'durable';
  const difference = /(received .*)"$/.exec(message)?.[1] ?? message;
  const what =
    argument === 'x-queue-type' || argument === 'durable'
      ? `the queue ${name} at the broker is not a quorum queue`
      : `the queue ${name} at the broker was made with another ${argument} (${difference})`;
  return `${what}: delete it once it is empty, or name another with LASTRO_QUEUE_NAME`;
}
