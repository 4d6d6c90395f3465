import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { connect } from 'amqplib';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { TraceCollector } from '../../../packages/service/test/trace-collector.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { packRecord } from '../src/queue/operation-record.ts';
import type { QueuedRecord } from '../src/queue/queue.ts';
import { RabbitQueue } from '../src/queue/rabbit/rabbit-queue.ts';
import { allFinal, entry } from './entries.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';
import type { RabbitBroker } from './rabbit-broker.ts';
import { rabbitOptions } from './rabbit-harness.ts';
import { RunningBank, until } from './running-bank.ts';

const LIMITS = { operationsMax: 100, bytesMax: 1_000_000 };
const NEVER = new AbortController().signal;
const CONTEXT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const HEADER = 'lastro-traces';

/** Traces that go on behind the replicated queue. */
export function describeTraces(broker: () => RabbitBroker): void {
  let name: string;

  beforeEach(() => {
    name = `lastro-${randomUUID()}`;
  });

  async function open(businessId: string, keepsTraces: boolean, place?: string): Promise<RabbitQueue> {
    const directory = place ?? (await temporaryDirectory());
    const setting = { url: broker().url, directory, name, businessId };
    const queue = await RabbitQueue.open(
      rabbitOptions(setting, { broker: { keepsTraces }, local: { keepsTraces } }),
    );
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    onTestFinished(() => queue.close());
    return queue;
  }

  async function take(queue: RabbitQueue, count: number): Promise<QueuedRecord[]> {
    const records: QueuedRecord[] = [];
    while (records.length < count) records.push(...(await queue.next(LIMITS, NEVER)));
    return records;
  }

  /** The headers of the first message with operations in the queue, which stays there. */
  async function headersInQueue(): Promise<Record<string, unknown>> {
    const connection = await connect(broker().url);
    const channel = await connection.createChannel();
    const headers = new Promise<Record<string, unknown>>((resolve) => {
      void channel.consume(`${name}.operations`, (message) => {
        if (message?.properties.type === 'operations') resolve({ ...message.properties.headers });
      });
    });
    const told = await headers;
    await connection.close();
    return told;
  }

  it('operations are delivered with their traces, also to another business service', async () => {
    const taker = await open('business-1', true);
    await taker.append([entry(), { ...entry(), trace: CONTEXT }], true);
    await taker.append([entry()], true);
    expect(Object.keys(await headersInQueue())).toContain(HEADER);
    const records = await take(await open('business-2', true), 2);
    expect(records.map(({ traces }) => traces)).toEqual([[{ index: 1, context: CONTEXT }], undefined]);
  });

  it('where traces are off nothing is sent of them, and nothing is read', async () => {
    const taker = await open('business-1', false);
    await taker.append([{ ...entry(), trace: CONTEXT }], true);
    expect(Object.keys(await headersInQueue())).not.toContain(HEADER);
    const traced = await open('business-2', true);
    await traced.append([{ ...entry(), trace: CONTEXT }], true);
    const reader = await open('business-3', false);
    for (const queue of [taker, traced]) {
      const records = await take(reader, 1);
      expect(records.map((record) => 'traces' in record)).toEqual([false]);
      expect(queue.find(records[0]!.record.id(0))?.state).toBe('accepted');
      await reader.settle(records, allFinal(records));
    }
  });

  it('the traces of what the embedded queue held are handed over with it', async () => {
    const directory = await temporaryDirectory();
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const embedded = await LmdbQueue.open(lmdbOptions(directory, { keepsTraces: true }));
    await embedded.append([entry(), { ...entry(), trace: CONTEXT }], true);
    await embedded.close();
    const [record] = await take(await open('business-1', true, directory), 1);
    expect(record!.traces).toEqual([{ index: 1, context: CONTEXT }]);
  });

  it('garbage in their place costs no operation', async () => {
    const queue = await open('business-1', true);
    const connection = await connect(broker().url);
    onTestFinished(() => connection.close());
    const channel = await connection.createConfirmChannel();
    const garbage = [
      Buffer.of(9, 9),
      Buffer.alloc(0),
      Buffer.of(1),
      Buffer.alloc(50_000, 1),
      'text',
      12,
      null,
      { a: 1 },
    ];
    for (const header of garbage) {
      const { bytes } = packRecord([entry()], false, Date.now());
      channel.sendToQueue(`${name}.operations`, bytes, {
        ...{ type: 'operations', appId: 'business-1', persistent: true },
        headers: { [HEADER]: header },
      });
    }
    await channel.waitForConfirms();
    const records = await take(queue, garbage.length);
    expect(records.every(({ traces }) => traces === undefined)).toBe(true);
  });

  it('one trace leads from the request at one business service to the batch that another posts', async () => {
    const collector = await TraceCollector.start();
    onTestFinished(() => collector.stop());
    const start = async (businessId: string) => {
      const bank = await RunningBank.start({
        ...{ LASTRO_QUEUE: broker().url, LASTRO_QUEUE_NAME: name, LASTRO_QUEUE_MEMBERS_MIN: '1' },
        ...{ LASTRO_TRACES: collector.url, LASTRO_TRACES_RATIO: '0', LASTRO_TRACES_INTERVAL_MS: '10' },
        LASTRO_BUSINESS_ID: businessId,
      });
      onTestFinished(() => bank.stop());
      return bank;
    };
    const poster = await start('business-2');
    // It is the one that reads, for the other comes later.
    const before = await poster.post('/v1/deposits', { account: 'alice', amount: 1 }, { prefer: 'wait=20' });
    expect(before.status).toBe(200);
    const taker = await start('business-1');
    const traceparent = `00-${CONTEXT.traceId}-${CONTEXT.spanId}-01`;
    const headers = { traceparent, prefer: 'wait=20' };
    const answer = await taker.post('/v1/deposits', { account: 'alice', amount: 100 }, headers);
    expect(answer).toMatchObject({ status: 200, body: { status: 'posted', acceptedBy: 'business-1' } });
    const names = [
      'POST /v1/deposits',
      'append',
      'wait',
      'queue',
      'batch',
      'POST /v1/batches',
      'settle',
      'post',
    ];
    const spans = () => collector.trace(CONTEXT.traceId);
    await until('all spans are there', () => spans().length >= names.length);
    expect(
      spans()
        .map((span) => `${span.name} at ${span.instance}`)
        .sort(),
    ).toEqual(names.map((span, index) => `${span} at business-${index < 3 ? 1 : 2}`).sort());
    const request = spans().find((span) => span.name === 'POST /v1/deposits')!;
    for (const span of spans().filter((other) => ['queue', 'batch', 'post'].includes(other.name)))
      expect(span.parentSpanId).toBe(request.spanId);
    // With this the data service goes on.
    const sending = spans().find((span) => span.name === 'POST /v1/batches')!;
    expect(poster.data.traceparents).toContain(`00-${CONTEXT.traceId}-${sending.spanId}-01`);
  });
}
