import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunningService } from '@lastro/service';
import { startBusinessService } from '../../apps/business-service/src/index.ts';
import { startChild } from '../../apps/business-service/test/child-process.ts';
import { type ReceivedSpan, TraceCollector } from '../../packages/service/test/trace-collector.ts';
import { ADMIN_KEY, BUSINESS_KEY, WholeBank } from '../whole-bank/whole-bank.ts';

/** What no trace may say. */
const ACCOUNT = 'account-of-somebody';
const AMOUNT = 98_765_432;
const SECRET = 'what-somebody-wrote';

const CLIENT_SPAN = '00f067aa0ba902b7';
let collector: TraceCollector;
let bank: WholeBank;
let settings: Record<string, string>;
let traceCount = 0;

beforeAll(async () => {
  collector = await TraceCollector.start();
  settings = {
    LASTRO_TRACES: collector.url,
    LASTRO_TRACES_INTERVAL_MS: '10',
    LASTRO_TRACES_TIMEOUT_MS: '300',
  };
  bank = await WholeBank.start(1, {
    data: settings,
    business: { ...settings, LASTRO_TRACES_RATIO: '0', LASTRO_TRACES_LINKS_MAX: '2' },
  });
  await bank.call('POST', '/v1/accounts', { id: ACCOUNT });
});
afterAll(async () => {
  await bank.stop();
  await collector.stop();
});

/** The header of a client that traces what it does, and the trace's id. */
function newTrace(flags = '01'): { traceId: string; traceparent: string } {
  traceCount += 1;
  const traceId = traceCount.toString(16).padStart(32, 'a');
  return { traceId, traceparent: `00-${traceId}-${CLIENT_SPAN}-${flags}` };
}

async function post(
  path: string,
  body: object,
  headers: Record<string, string>,
  url = bank.url,
): Promise<{ status: number; body: { sequence?: number } }> {
  const answer = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { sequence?: number } };
}

const deposit = { account: ACCOUNT, amount: AMOUNT, description: SECRET, metadata: { note: SECRET } };

/** The spans of a trace, once all of these have come. */
async function traceWith(traceId: string, names: readonly string[]): Promise<ReceivedSpan[]> {
  await vi.waitFor(
    () =>
      expect(collector.trace(traceId).map(({ name }) => name)).toEqual(expect.arrayContaining([...names])),
    { timeout: 20_000, interval: 10 },
  );
  return collector.trace(traceId);
}

/** Each span by its name, with that of its parent. */
function parentsIn(spans: readonly ReceivedSpan[]): Record<string, string> {
  const nameOf = new Map(spans.map(({ spanId, name, service }) => [spanId, `${service}: ${name}`]));
  return Object.fromEntries(
    spans.map(({ parentSpanId = '', name, service }) => [
      `${service}: ${name}`,
      nameOf.get(parentSpanId) ?? parentSpanId,
    ]),
  );
}

const ALL = ['POST /v1/deposits', 'append', 'queue', 'batch', 'POST /v1/batches', 'decide', 'commit'].concat([
  'settle',
  'wait',
  'post',
]);

test('one trace leads from the request of a client through queue and batch to the commit', async () => {
  const { traceId, traceparent } = newTrace();
  const { status, body } = await post('/v1/deposits', deposit, { traceparent, prefer: 'wait=20' });
  expect(status).toBe(200);
  const spans = await traceWith(traceId, ALL);
  await vi.waitFor(() => expect(collector.trace(traceId)).toHaveLength(ALL.length + 1));
  const request = 'lastro-business-service: POST /v1/deposits';
  expect(parentsIn(collector.trace(traceId))).toMatchObject({
    [request]: CLIENT_SPAN,
    'lastro-business-service: append': request,
    'lastro-business-service: wait': request,
    'lastro-business-service: queue': request,
    'lastro-business-service: batch': request,
    'lastro-business-service: post': request,
    'lastro-business-service: settle': 'lastro-business-service: batch',
    'lastro-business-service: POST /v1/batches': 'lastro-business-service: batch',
    'lastro-data-service: POST /v1/batches': 'lastro-business-service: POST /v1/batches',
    'lastro-data-service: decide': expect.stringMatching(/^lastro-data-service/) as string,
    'lastro-data-service: commit': 'lastro-data-service: POST /v1/batches',
  });
  const named = (name: string) => collector.trace(traceId).find((span) => span.name === name)!;
  expect(named('commit').attributes).toMatchObject({ 'lastro.sequence.last': body.sequence });
  expect(named('post').attributes).toMatchObject({
    'lastro.outcome': 'posted',
    'lastro.sequence': body.sequence,
  });
  expect(named('post').links).toEqual([{ traceId, spanId: named('batch').spanId }]);
  expect(named('batch').links).toEqual([{ traceId, spanId: named('POST /v1/deposits').spanId }]);
  expect(spans.some(({ failed }) => failed)).toBe(false);
});

test('every operation of a request is in its trace with its outcome; a batch is linked to few of them', async () => {
  const { traceId, traceparent } = newTrace();
  const tooMuch = { type: 'withdrawal', account: ACCOUNT, amount: AMOUNT * 1_000, description: SECRET };
  const operations = [{ ...deposit, type: 'deposit' }, tooMuch, { ...deposit, type: 'deposit' }];
  expect((await post('/v1/operations', { operations }, { traceparent, prefer: 'wait=20' })).status).toBe(200);
  await traceWith(traceId, ['post', 'batch', 'commit']);
  const posts = collector.trace(traceId).filter(({ name }) => name === 'post');
  expect(posts.map(({ attributes }) => attributes['lastro.outcome']).sort()).toEqual([
    'posted',
    'posted',
    'rejected',
  ]);
  expect(posts.map(({ attributes }) => attributes['lastro.reason'])).toContain('insufficient_funds');
  const batch = collector.trace(traceId).find(({ name }) => name === 'batch')!;
  expect(batch.attributes).toMatchObject({ 'lastro.operations': 3, 'lastro.operations.traced': 3 });
  expect(batch.links).toHaveLength(2);
});

test('a client that does not want its trace recorded, or sends garbage, or has no right, causes no spans', async () => {
  const { traceId, traceparent } = newTrace('00');
  const spansBefore = collector.spans.length;
  for (const header of [traceparent, 'garbage', '00-0-0-01', `${traceparent}, ${traceparent}`]) {
    const { status } = await post('/v1/deposits', deposit, { traceparent: header, prefer: 'wait=20' });
    expect(status).toBe(200);
  }
  const wanted = newTrace();
  const { status } = await post('/v1/deposits', deposit, {
    traceparent: wanted.traceparent,
    authorization: 'Bearer nobody-at-all-here',
  });
  expect(status).toBe(401);
  const last = newTrace();
  await post('/v1/deposits', deposit, { traceparent: last.traceparent, prefer: 'wait=20' });
  await traceWith(last.traceId, ALL);
  expect(collector.trace(traceId)).toEqual([]);
  expect(collector.trace(wanted.traceId)).toEqual([]);
  expect(collector.spans.slice(spansBefore).every((span) => span.traceId === last.traceId)).toBe(true);
});

test('a trace goes on behind a business service that was killed with the operation in its queue', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lastro-traces-'));
  const env = {
    ...settings,
    LASTRO_BUSINESS_ID: 'business-3',
    LASTRO_BUSINESS_KEY: `${BUSINESS_KEY}-3`,
    LASTRO_DATA_URL: bank.dataUrl,
    LASTRO_QUEUE_DIR: directory,
    LASTRO_ADMIN_KEY: ADMIN_KEY,
    LASTRO_PORT: '0',
    LASTRO_LOG_LEVEL: 'silent',
    LASTRO_RETRY_DELAY_MAX_MS: '20',
  };
  const child = startChild('child-serves.ts', [JSON.stringify(env)]);
  let again: RunningService | undefined;
  try {
    await bank.stopData();
    const [, url] = String((await child.lines.next()).value).split(' ');
    const { traceId, traceparent } = newTrace();
    expect((await post('/v1/deposits', deposit, { traceparent }, url)).status).toBe(202);
    await traceWith(traceId, ['append', 'POST /v1/deposits', 'POST /v1/batches']);
    expect(collector.trace(traceId).some(({ name }) => name === 'commit')).toBe(false);
    child.process.kill('SIGKILL');
    await child.exited;
    await bank.startData();
    again = await startBusinessService(env);
    const spans = await traceWith(traceId, ['batch', 'commit', 'post']);
    const named = (name: string) => spans.find((span) => span.name === name)!;
    expect(named('post')).toMatchObject({
      instance: 'business-3',
      parentSpanId: named('POST /v1/deposits').spanId,
    });
    expect(named('post').attributes).toMatchObject({ 'lastro.outcome': 'posted' });
  } finally {
    child.process.kill('SIGKILL');
    await child.exited;
    await again?.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

test('no trace says whose money it is, how much, by which key, or what somebody wrote', () => {
  expect(collector.spans.length).toBeGreaterThan(20);
  const everything = collector.bodies.join('\n');
  for (const secret of [ACCOUNT, String(AMOUNT), SECRET, ADMIN_KEY, BUSINESS_KEY])
    expect(everything).not.toContain(secret);
});

test('without its collector a bank works as before, and counts the spans that are lost', async () => {
  await collector.stop();
  const { traceparent } = newTrace();
  const { status } = await post('/v1/deposits', deposit, { traceparent, prefer: 'wait=20' });
  expect(status).toBe(200);
  for (const url of [bank.url, bank.dataUrl])
    await vi.waitFor(
      async () => {
        const metrics = await (await fetch(new URL('/metrics', url))).text();
        expect(metrics).toMatch(/lastro_spans_dropped_total\{.*\} [1-9]/);
      },
      { timeout: 20_000 },
    );
});
