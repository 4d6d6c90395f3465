import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { Type } from 'typebox';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  asOneSpan,
  ConfigError,
  createLogger,
  createMetrics,
  loadConfig,
  openTracing,
  TRACE_SETTINGS,
  type Tracing,
} from '../src/index.ts';
import { readTraceparent, traceparentOf } from '../src/tracing/trace-context.ts';
import { TraceCollector } from './trace-collector.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const SAMPLED = `00-${TRACE_ID}-${SPAN_ID}-01`;
const SERVICE = { name: 'a-service', instance: 'one', ratio: 0, linksMax: 2 };
const CONFIG = {
  LASTRO_TRACES_SPANS_MAX: 100,
  LASTRO_TRACES_INTERVAL_MS: 5,
  LASTRO_TRACES_TIMEOUT_MS: 300,
  LASTRO_SHUTDOWN_DEADLINE_MS: 20_000,
};

interface Opened {
  readonly tracing: Tracing;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly warnings: { msg: string }[];
}

async function openFor(
  url: string,
  settings: Partial<typeof CONFIG> = {},
  service: Partial<typeof SERVICE> = {},
): Promise<Opened> {
  const metrics = createMetrics('a-service');
  const lines: { msg: string; level: string }[] = [];
  const logger = createLogger('a-service', 'info', {
    write: (line) => void lines.push(JSON.parse(line) as { msg: string; level: string }),
  });
  const config = { ...CONFIG, ...settings, LASTRO_TRACES: url };
  const tracing = await openTracing(config, { ...SERVICE, ...service }, metrics, logger);
  if (tracing === undefined) throw new Error('traces are on');
  return { tracing, metrics, warnings: lines };
}

async function startCollector(): Promise<TraceCollector> {
  const collector = await TraceCollector.start();
  onTestFinished(() => collector.stop());
  return collector;
}

test('a traceparent is read by the letter of its standard, and what is not one is not there', () => {
  const context = { traceId: TRACE_ID, spanId: SPAN_ID };
  expect(readTraceparent(SAMPLED)).toEqual({ context, sampled: true });
  expect(readTraceparent(`00-${TRACE_ID}-${SPAN_ID}-00`)).toEqual({ context, sampled: false });
  expect(readTraceparent(`cc-${TRACE_ID}-${SPAN_ID}-09-what-comes-later`)).toEqual({
    context,
    sampled: true,
  });
  const garbage = [
    undefined,
    '',
    'on',
    [SAMPLED, SAMPLED],
    `${SAMPLED}, ${SAMPLED}`,
    `${SAMPLED}-more`,
    ` ${SAMPLED}`,
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-1`,
    `00-${TRACE_ID}-${SPAN_ID}`,
  ];
  for (const header of garbage) expect(readTraceparent(header)).toBeUndefined();
});

test('whatever is sent as traceparent, reading it gives nothing or what can be written again', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f-]{50,60}$/)), (header) => {
      const read = readTraceparent(header);
      if (read !== undefined)
        expect(readTraceparent(traceparentOf(read.context))?.context).toEqual(read.context);
    }),
  );
});

test('spans arrive with their trace, their parents, their links up to the limit, and what they failed of', async () => {
  const collector = await startCollector();
  const { tracing, metrics } = await openFor(collector.url);
  const request = tracing.receive('POST /v1/transfers', SAMPLED, { kind: 'server' })!;
  const part = request.child('append', { startedAtMs: 1_000_000, attributes: { 'lastro.operations': 3 } });
  part.end();
  const link = { traceId: TRACE_ID, spanId: SPAN_ID };
  tracing.resume('batch', part.context, { kind: 'consumer', links: [link, link, link] }).end('in_doubt');
  request.end();
  await tracing.stop();
  const named = (name: string) => collector.spans.find((span) => span.name === name);
  const [append, batch, server] = [named('append'), named('batch'), named('POST /v1/transfers')];
  expect(server).toMatchObject({ service: 'a-service', instance: 'one', kind: 2, failed: false });
  expect(server).toMatchObject({ traceId: TRACE_ID, parentSpanId: SPAN_ID });
  expect(append).toMatchObject({ traceId: TRACE_ID, parentSpanId: server!.spanId, startedAtMs: 1_000_000 });
  expect(append!.attributes).toEqual({ 'lastro.operations': 3 });
  expect(batch).toMatchObject({ traceId: TRACE_ID, parentSpanId: append!.spanId, failed: true });
  expect(batch!.links).toEqual([link, link]);
  expect(await metrics.metrics()).toMatch(/lastro_spans_sent_total\{.*\} 3\n/);
});

test.each(['collector', 'ftp://collector/v1/traces', 'http://', 'http://user:password@collector/v1/traces'])(
  'traces do not go to %s',
  (url) => {
    const schema = Type.Object(TRACE_SETTINGS);
    expect(() => loadConfig(schema, { LASTRO_TRACES: url })).toThrow(/LASTRO_TRACES/);
    expect(loadConfig(schema, {}).LASTRO_TRACES).toBeUndefined();
  },
);

test('a URL that has the form of one and is none is refused', async () => {
  await expect(openFor('http://[')).rejects.toThrow(ConfigError);
});

test('the client decides whether its trace is recorded, and the ratio where the client says nothing', async () => {
  const collector = await startCollector();
  const never = await openFor(collector.url);
  const always = await openFor(collector.url, {}, { ratio: 1 });
  const unsampled = `00-${TRACE_ID}-${SPAN_ID}-00`;
  for (const header of [undefined, 'garbage', unsampled])
    expect(never.tracing.receive('request', header, {})).toBeUndefined();
  expect(always.tracing.receive('request', unsampled, {})).toBeUndefined();
  const own = always.tracing.receive('request', 'garbage', {})!;
  expect(own.context.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(own.context.traceId).not.toBe(TRACE_ID);
});

test('what happens to several traces at once is shown in each of them', async () => {
  const collector = await startCollector();
  const { tracing } = await openFor(collector.url, {}, { ratio: 1 });
  const requests = [1, 2].map(() => tracing.receive('request', undefined, {})!);
  expect(asOneSpan([])).toBeUndefined();
  expect(asOneSpan([requests[0]!])).toBe(requests[0]);
  const commit = asOneSpan(requests)!.child('commit');
  commit.set({ 'lastro.ledger.batch': 7 });
  commit.end();
  await tracing.stop();
  expect(collector.spans.map(({ parentSpanId }) => parentSpanId)).toEqual(
    requests.map(({ context }) => context.spanId),
  );
  for (const { attributes } of collector.spans) expect(attributes).toEqual({ 'lastro.ledger.batch': 7 });
});

test('a collector that refuses, or is not there, costs spans and one warning; then they are sent again', async () => {
  const collector = await startCollector();
  collector.status = 400;
  const { tracing, metrics, warnings } = await openFor(collector.url, {}, { ratio: 1 });
  const sendOne = () => tracing.receive('request', undefined, {})!.end();
  for (const dropped of [1, 2]) {
    sendOne();
    await vi.waitFor(() => expect(tracing.droppedCount).toBe(dropped));
  }
  expect(warnings.map(({ msg }) => msg)).toEqual(['traces cannot be sent, and are dropped']);
  collector.status = 200;
  sendOne();
  await vi.waitFor(() => expect(tracing.sentCount).toBe(1));
  expect(warnings.map(({ msg }) => msg)).toContain('traces are sent again');
  expect(await metrics.metrics()).toMatch(/lastro_spans_dropped_total\{.*\} 2\n/);
});

test('spans beyond the limit are dropped while the collector is silent, and stopping does not wait for it', async () => {
  const silent = (await import('node:net')).createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as { port: number };
  const { tracing } = await openFor(
    `http://127.0.0.1:${port}/v1/traces`,
    { LASTRO_TRACES_SPANS_MAX: 3, LASTRO_TRACES_TIMEOUT_MS: 60_000, LASTRO_SHUTDOWN_DEADLINE_MS: 100 },
    { ratio: 1 },
  );
  for (let count = 0; count < 5; count += 1) tracing.receive('request', undefined, {})!.end();
  expect(tracing.droppedCount).toBe(2);
  await tracing.stop();
  expect(tracing.sentCount).toBe(0);
});

test('nothing of OpenTelemetry for traces is loaded before traces are on', { timeout: 60_000 }, async () => {
  const program = `
    import { createRequire } from 'node:module';
    const { createMetrics, openTracing } = await import('@lastro/service');
    const { cache } = createRequire(import.meta.url);
    const countLoaded = () =>
      Object.keys(cache).filter((path) => /opentelemetry.(sdk|exporter|otlp|resources)/.test(path)).length;
    const metrics = createMetrics('a-service');
    const off = await openTracing({}, {}, metrics);
    const loadedOff = countLoaded();
    const namesOff = metrics.getMetricsAsArray().map(({ name }) => name).filter((name) => /spans/.test(name));
    const on = await openTracing({ LASTRO_TRACES: 'http://127.0.0.1:9/v1/traces' }, { name: 'a' }, metrics);
    console.log(JSON.stringify({ off: off === undefined, loadedOff, namesOff, on: on !== undefined && countLoaded() > 0 }));
  `;
  const args = ['--import', 'tsx', '--conditions=@lastro/source', '--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  expect(JSON.parse(stdout)).toEqual({ off: true, loadedOff: 0, namesOff: [], on: true });
});
