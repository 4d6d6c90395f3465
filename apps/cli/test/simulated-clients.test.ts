import { expect, test, vi } from 'vitest';
import type { SimulationNews } from '../src/play/messages.ts';
import { SimulatedClients } from '../src/up/simulated-clients.ts';

const ASKED = { clients: 3, operationsPerSecond: 30 };

/** Processes that tell and end what the test says. */
function scripted() {
  const events: string[] = [];
  const runs: { tell: (news: SimulationNews | string) => void; end: (reason: string) => void }[] = [];
  const clients = new SimulatedClients(
    async ({ operationsPerSecond }, onMessage) => {
      events.push(`launch at ${operationsPerSecond}`);
      const ended = new Promise<string>((resolve) => runs.push({ tell: onMessage, end: resolve }));
      const run = runs.at(-1)!;
      const end = (how: string) => {
        events.push(how);
        run.end(how);
      };
      return {
        pid: runs.length,
        ended,
        stop: async () => end('stop'),
        kill: () => end('kill'),
        crash: () => end('crash'),
        interrupt: () => void events.push('interrupt'),
      };
    },
    { onUp: () => undefined, onDone: () => undefined },
  );
  const launched = (count: number) => vi.waitFor(() => expect(clients.pid).toBe(count));
  return { clients, events, run: (number: number) => runs[number - 1]!, launched };
}

const progress = (sent: number): SimulationNews => ({
  news: 'progress',
  phase: 'load',
  ...{ sent, posted: sent - 2, rejected: 1 },
});
const report = (problems = 0): SimulationNews => ({
  news: 'report',
  ...{ sent: 10, posted: 9, rejected: 1, problems },
  ...(problems === 0 ? {} : { first: 'conserved: expected 5, found 6' }),
});

test('a simulation runs, is stopped once, and ends checked; the next may begin then, and none before', async () => {
  const { clients, events, run, launched } = scripted();
  expect(clients.look()).toBeNull();
  expect(() => clients.stop(true)).toThrow('No simulated clients');
  expect(clients.start(ASKED)).toMatchObject({ state: 'starting', sent: 0 });
  expect(() => clients.start(ASKED)).toThrow('run already');
  await launched(1);
  run(1).tell('rubbish');
  run(1).tell(progress(7));
  expect(clients.look()).toMatchObject({ state: 'running', sent: 7, posted: 5, rejected: 1, checks: 0 });

  expect(clients.stop(true)).toMatchObject({ state: 'checking' });
  clients.stop(true);
  expect(() => clients.start(ASKED)).toThrow('are being checked');
  run(1).tell(report());
  run(1).end('done');

  await vi.waitFor(() => expect(clients.look()?.state).toBe('stopped'));
  expect(clients.look()).toMatchObject({ sent: 10, posted: 9, checks: 1, problems: 0 });
  expect(clients.stop(true)).toEqual(clients.look());
  clients.start({ clients: 3 });
  await launched(2);
  await clients.close();
  expect(events).toEqual(['launch at 30', 'interrupt', 'launch at 10000', 'stop']);
});

test('what is off is shown, and what was off first stays so', async () => {
  const { clients, run, launched } = scripted();
  await clients.startForever(ASKED);
  run(1).tell(report(2));
  run(1).end('status 1');
  await launched(2);
  run(2).tell(progress(5));
  expect(clients.look()).toMatchObject({
    ...{ state: 'running', sent: 15, checks: 1, problems: 2 },
    detail: 'conserved: expected 5, found 6',
  });
  await clients.close();
});

test('clients that die are shown with their reason', async () => {
  const { clients, run, launched } = scripted();
  clients.start(ASKED);
  await launched(1);
  run(1).end('it was ended by SIGKILL');
  await vi.waitFor(() => expect(clients.look()?.state).toBe('failed'));
  expect(clients.look()).toMatchObject({ checks: 0, detail: 'it was ended by SIGKILL' });

  clients.start(ASKED);
  await launched(2);
  run(2).tell({ news: 'fault', reason: 'account 3 could not be opened' });
  run(2).end('status 1');
  await vi.waitFor(() => expect(clients.look()?.detail).toBe('account 3 could not be opened'));
});

test('a check can be ended, also before there is anything to check', async () => {
  const { clients, events, launched } = scripted();
  clients.start(ASKED);
  expect(clients.stop(true)).toMatchObject({ state: 'checking' });
  await vi.waitFor(() => expect(clients.look()?.state).toBe('stopped'));
  clients.start(ASKED);
  await launched(2);
  clients.stop(true);
  clients.stop(false);
  await vi.waitFor(() => expect(clients.look()?.state).toBe('stopped'));
  expect(clients.look()).toMatchObject({ checks: 0, detail: 'Ended before everything was checked.' });
  expect(events).toEqual(['launch at 30', 'kill', 'launch at 30', 'interrupt', 'kill']);
});

test('more than the limits allow is refused', () => {
  const { clients } = scripted();
  expect(() => clients.start({ clients: 501 })).toThrow('clients must be at most 500');
  expect(() => clients.start({ clients: 1, operationsPerSecond: 10_001 })).toThrow('at most 10000');
  expect(clients.look()).toBeNull();
});
