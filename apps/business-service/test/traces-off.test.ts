import { afterAll, beforeAll, expect, test } from 'vitest';
import { TraceCollector } from '../../../packages/service/test/trace-collector.ts';
import { RunningBank } from './running-bank.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const headers = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`, prefer: 'wait=10' };
const deposit = { account: 'alice', amount: 100 };

const LIMIT = { timeout: 60_000 };

let bank: RunningBank;
beforeAll(async () => {
  bank = await RunningBank.start();
}, 60_000);
afterAll(() => bank.stop());

test('where traces are off, the header of a client changes nothing and goes nowhere', LIMIT, async () => {
  expect((await bank.post('/v1/deposits', deposit, headers)).status).toBe(200);
  expect(bank.data.traceparents).toEqual([undefined]);
  expect((await bank.get('/metrics')).text).not.toContain('lastro_spans');
});

test(
  'where traces are on, the data service is told to go on with the trace, and told nothing of others',
  LIMIT,
  async () => {
    const collector = await TraceCollector.start();
    try {
      await bank.restart({ LASTRO_TRACES: collector.url, LASTRO_TRACES_RATIO: '0' });
      bank.data.traceparents.length = 0;
      expect((await bank.post('/v1/deposits', deposit, headers)).status).toBe(200);
      expect((await bank.post('/v1/deposits', deposit, { prefer: 'wait=10' })).status).toBe(200);
      expect(bank.data.traceparents).toEqual([
        expect.stringMatching(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`)),
        undefined,
      ]);
      await bank.restart();
      expect(collector.trace(TRACE_ID).map(({ name }) => name)).toContain('batch');
    } finally {
      await collector.stop();
    }
  },
);
