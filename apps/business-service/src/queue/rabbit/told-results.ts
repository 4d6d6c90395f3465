import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Operation } from '@lastro/contract';
import { OperationRecord, packRecord, type RecordEntry } from '../operation-record.ts';
import type { Failure, Outcome } from '../queue.ts';
import { openChannel } from './channels.ts';

/** What the messages of results are, by their `type`. */
export const RESULT_TYPES = { finals: 'finals', dead: 'dead', barrier: 'barrier' } as const;

/** Results that were not fetched are dropped, the oldest first: who misses them asks the ledger. */
const MESSAGES_MAX = 10_000;
const BYTES_MAX = 64 * 1024 * 1024;

type DeadResult = Failure & { readonly id: string };

/** What the business service that took operations is told of them. */
export type ToldResult =
  | {
      readonly kind: 'finals';
      readonly results: readonly { readonly entry: RecordEntry; readonly outcome: Outcome }[];
    }
  | { readonly kind: 'dead'; readonly results: readonly DeadResult[] }
  /** Whatever it sent before barrier `id` has left the queue. */
  | { readonly kind: 'barrier'; readonly id: string };

export function encodeFinals(entries: readonly RecordEntry[]): Buffer {
  return packRecord(entries, false, Date.now()).bytes;
}

export function encodeDead(results: readonly DeadResult[]): Buffer {
  return Buffer.from(JSON.stringify(results));
}

/** The outcome that a final Operation, as JSON text, tells of. */
function outcomeOf(json: string): Outcome {
  const { status, reason } = JSON.parse(json) as Operation;
  return { kind: 'final', json, status: status === 'posted' ? 'posted' : 'rejected', reason };
}

/**
 * Has what others post for `businessId` told to `onResult`, as long as the connection lasts. The queue for it lives no
 * longer than that.
 */
export async function hearResults(
  connection: ChannelModel,
  exchange: string,
  businessId: string,
  on: { readonly result: (result: ToldResult) => void; readonly closed: () => void },
): Promise<void> {
  const channel: Channel = await openChannel(connection);
  channel.on('close', on.closed);
  const { queue } = await channel.assertQueue('', {
    exclusive: true,
    autoDelete: true,
    durable: false,
    arguments: { 'x-max-length': MESSAGES_MAX, 'x-max-length-bytes': BYTES_MAX, 'x-overflow': 'drop-head' },
  });
  await channel.bindQueue(queue, exchange, businessId);
  const hear = (message: ConsumeMessage | null) => {
    if (message === null) return void channel.close().catch(() => undefined);
    const result = decode(message);
    if (result !== undefined) on.result(result);
  };
  await channel.consume(queue, hear, { noAck: true });
}

function decode({ properties, content }: ConsumeMessage): ToldResult | undefined {
  try {
    switch (properties.type) {
      case RESULT_TYPES.finals:
        return readFinals(content);
      case RESULT_TYPES.dead:
        return readDead(content);
      case RESULT_TYPES.barrier:
        return { kind: 'barrier', id: String(properties.messageId) };
      default:
        return undefined;
    }
  } catch {
    // Damaged, or not ours. It is only told: whoever wants to know asks the ledger.
    return undefined;
  }
}

function readFinals(content: Buffer): ToldResult {
  const record = OperationRecord.read(content);
  const results = record.ids.map((id, index) => {
    const json = record.json(index);
    return { entry: { id, json, named: record.named(index) }, outcome: outcomeOf(json) };
  });
  return { kind: 'finals', results };
}

function readDead(content: Buffer): ToldResult | undefined {
  const results = JSON.parse(content.toString('utf8')) as readonly Partial<DeadResult>[];
  const isSound = results.every(({ id, code, detail }) =>
    [id, code, detail].every((text) => typeof text === 'string'),
  );
  return isSound ? { kind: 'dead', results: results as readonly DeadResult[] } : undefined;
}
