import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { connect, type Options } from 'amqplib';
import { packRecord } from '../src/queue/operation-record.ts';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RabbitQueue } from '../src/queue/rabbit/rabbit-queue.ts';
import type { QueuedRecord } from '../src/queue/queue.ts';
import { allFinal, entries, entry, operationsIn } from './entries.ts';
import { temporaryDirectory } from './lmdb-harness.ts';
import type { RabbitBroker } from './rabbit-broker.ts';
import { rabbitOptions } from './rabbit-harness.ts';
import { until } from './running-bank.ts';

const ALL = { operationsMax: 100_000, bytesMax: 100_000_000 };
const NEVER = new AbortController().signal;

/** What the replicated queue does when something dies, or is not ours. */
export function describeFaults(broker: () => RabbitBroker): void {
  let name: string;
  const directories: string[] = [];
  const queues = new Set<RabbitQueue>();

  beforeEach(() => {
    name = `lastro-${randomUUID()}`;
  });

  afterEach(async () => {
    for (const queue of queues) await queue.close();
    queues.clear();
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  async function open(
    businessId: string,
    onResult: (id: string) => void = () => undefined,
  ): Promise<RabbitQueue> {
    const directory = await temporaryDirectory();
    directories.push(directory);
    const setting = { url: broker().url, directory, name, businessId };
    const queue = await RabbitQueue.open(rabbitOptions(setting, { onResult }));
    queues.add(queue);
    return queue;
  }

  async function close(queue: RabbitQueue): Promise<void> {
    queues.delete(queue);
    await queue.close();
  }

  async function take(queue: RabbitQueue, count: number): Promise<QueuedRecord[]> {
    const records: QueuedRecord[] = [];
    while (operationsIn(records).length < count) records.push(...(await queue.next(ALL, NEVER)));
    return records;
  }

  it('has another business service post what the one that took it cannot, in order, and in its name', async () => {
    const first = await open('business-1');
    const sent = [entries(3), entries(2), entries(4)];
    for (const some of sent) await first.append(some, false);
    await take(first, 9);
    const second = await open('business-2');
    const waiting = take(second, 9);
    await close(first);
    const records = await waiting;
    const ids = sent.flat().map(({ id }) => id);
    expect(operationsIn(records).map(({ id }) => id)).toEqual(ids);
    for (const { json } of operationsIn(records))
      expect(JSON.parse(json)).toMatchObject({ acceptedBy: 'business-1' });
    await second.settle(records, allFinal(records));
  });

  it('tells the results to the business service that took the operations', async () => {
    const told: string[] = [];
    const poster = await open('business-2');
    const reading = take(poster, 5);
    const taker = await open('business-1', (id) => told.push(id));
    const sent = entries(5);
    await taker.append(sent, false);
    const records = await reading;
    await poster.settle(records, allFinal(records));
    await until('all results told', () => told.length === 5);
    expect(told).toEqual(sent.map(({ id }) => id));
    expect(taker.depth).toBe(0);
    expect(taker.find(sent[0]!.id)).toMatchObject({ state: 'final' });
  });

  it('leaves what it was given to another when it gives it back', async () => {
    const first = await open('business-1');
    await first.append(entries(2), false);
    await take(first, 2);
    const second = await open('business-2');
    const waiting = take(second, 2);
    await first.giveBack();
    const records = await waiting;
    await second.settle(records, allFinal(records));
  });

  it('holds no more of large messages than fits in its memory, and delivers all of them in order', async () => {
    const directory = await temporaryDirectory();
    directories.push(directory);
    const heldMaxBytes = 1_000_000;
    const setting = { url: broker().url, directory, name };
    const queue = await RabbitQueue.open(rabbitOptions(setting, { broker: { heldMaxBytes, prefetch: 10 } }));
    queues.add(queue);
    const large = Array.from({ length: 25 }, () => entry(undefined, 'x'.repeat(300_000)));
    const small = entries(100);
    for (const one of [...large, ...small]) await queue.append([one], true);
    const ids: string[] = [];
    let mostAtOnce = 0;
    while (ids.length < large.length + small.length) {
      const records = await queue.next(ALL, NEVER);
      expect(records.reduce((sum, { record }) => sum + record.bytes.length, 0)).toBeLessThan(heldMaxBytes);
      ids.push(...operationsIn(records).map(({ id }) => id));
      await queue.settle(records, allFinal(records));
      if (ids.length > large.length) mostAtOnce = Math.max(mostAtOnce, records.length);
    }
    expect(ids).toEqual([...large, ...small].map(({ id }) => id));
    // Three of the large ones fit; of small ones it is as many as ever, after a while.
    expect(mostAtOnce).toBeGreaterThan(3);
  });

  it('takes nothing more once the broker says that it is short of disk, until it is not', async () => {
    const queue = await open('business-1');
    await broker().nodes[0]!.ctl('set_disk_free_limit', '1000000GB');
    const first = queue.append([entry()], false);
    try {
      await until('stalled', () => queue.health === 'stalled');
      await expect(queue.append([entry()], false)).rejects.toMatchObject({ code: 'queue_unavailable' });
    } finally {
      await broker().nodes[0]!.ctl('set_disk_free_limit', '50MB');
    }
    await first.catch(() => undefined);
    await until('writable', () => queue.health === 'writable');
    await queue.append([entry()], false);
  });

  it('sets a damaged message aside, and delivers what follows', async () => {
    const queue = await open('business-1');
    const connection = await connect(broker().url);
    const channel = await connection.createConfirmChannel();
    const sound = packRecord(entries(1), false, Date.now()).bytes;
    // The checksum is right, but there are more operations in it than it says.
    const misshapen = Buffer.from(sound);
    misshapen.writeUInt32BE(2 ** 31, 5);
    misshapen.writeUInt32BE(crc32(misshapen.subarray(4)), 0);
    const strange: [Buffer, Options.Publish][] = [
      [Buffer.from('nonsense'), { type: 'operations', appId: 'business-1' }],
      [Buffer.alloc(0), { type: 'operations', appId: 'business-1' }],
      [sound, { type: 'something else', appId: 'business-1' }],
      [sound, { type: 'operations' }],
      [sound, { type: 'operations', appId: 'no name of a service' }],
      [misshapen, { type: 'operations', appId: 'business-1' }],
    ];
    for (const [content, properties] of strange)
      channel.sendToQueue(`${name}.operations`, content, { ...properties, persistent: true });
    await channel.waitForConfirms();
    const sent = entries(2);
    await queue.append(sent, false);
    const records = await take(queue, 2);
    expect(operationsIn(records).map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    const { messageCount } = await channel.checkQueue(`${name}.unreadable`);
    expect(messageCount).toBe(strange.length);
    await connection.close();
  });
}
