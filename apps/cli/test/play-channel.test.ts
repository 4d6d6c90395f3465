import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { PlayAsk } from '../src/play/messages.ts';
import { type ParentChannel, PlayChannel } from '../src/play/play-channel.ts';
import { PlayDesk } from '../src/up/play-desk.ts';
import { SimulatedClients } from '../src/up/simulated-clients.ts';
import { Supervisor } from '../src/up/supervisor.ts';

/** The channel of a parent that the test plays. */
class Parent extends EventEmitter implements ParentChannel {
  connected = true;
  readonly channel = { unref: vi.fn() };
  readonly asked: PlayAsk[] = [];

  send(message: object, onSent: (error: Error | null) => void): void {
    this.asked.push(message as PlayAsk);
    onSent(null);
  }

  leave(): void {
    this.connected = false;
    this.emit('disconnect');
  }
}

test('an answer goes to its question, whatever else is said', async () => {
  const parent = new Parent();
  const channel = new PlayChannel(parent);
  const [first, second] = [channel.act('data', 'kill'), channel.stop(true)];
  for (const rubbish of [null, 1, {}, { answer: 'x' }, { answer: 99, value: {} }]) {
    parent.emit('message', rubbish);
  }
  parent.emit('message', { answer: 2, value: { state: 'checking' } });
  parent.emit('message', { answer: 1, problem: 'play_refused', detail: 'not now' });
  parent.emit('message', { answer: 1, value: {} });
  expect(await second).toEqual({ state: 'checking' });
  await expect(first).rejects.toMatchObject({ code: 'play_refused', message: 'not now' });
});

test('listening to a parent keeps no process alive', () => {
  const parent = new Parent();
  new PlayChannel(parent);
  expect(parent.listenerCount('message')).toBe(1);
  expect(parent.channel.unref).toHaveBeenCalledOnce();
});

test('nobody waits for a parent that is gone, or says nothing, and only so many wait', async () => {
  const parent = new Parent();
  await expect(new PlayChannel(parent, 1).look()).rejects.toMatchObject({ code: 'play_busy' });
  const channel = new PlayChannel(parent);
  const waiting = Array.from({ length: 64 }, () => channel.look().catch((error: unknown) => error));
  await expect(channel.look()).rejects.toMatchObject({ code: 'play_busy' });
  parent.leave();
  for (const outcome of await Promise.all(waiting))
    expect(outcome).toMatchObject({ code: 'play_unavailable' });
  await expect(channel.look()).rejects.toMatchObject({ code: 'play_unavailable' });
});

/** A desk with two services whose processes are the test's. */
async function openDesk() {
  const crashed: string[] = [];
  const ignore = () => undefined;
  const services = ['business-1', 'business-2'].map((name) => {
    const launch = async () => {
      let end: (reason: string) => void = ignore;
      const ended = new Promise<string>((resolve) => (end = resolve));
      const crash = () => {
        crashed.push(name);
        end('killed');
      };
      return { pid: 1, ended, stop: async () => end('stopped'), kill: ignore, crash };
    };
    const supervisor = new Supervisor(name, launch, { onUp: ignore, onDown: ignore, onHeld: ignore });
    return { kind: 'business' as const, url: undefined, supervisor };
  });
  for (const { supervisor } of services) await supervisor.start();
  const neverLaunched = () => Promise.reject(new Error('no room for a process'));
  const clients = new SimulatedClients(neverLaunched, { onUp: ignore, onDone: ignore });
  const close = () => Promise.all(services.map(({ supervisor }) => supervisor.stop()));
  return { desk: new PlayDesk(services, clients), crashed, close };
}

test('the desk does what it is asked, and answers what cannot be done', async () => {
  const { desk, crashed, close } = await openDesk();
  const act = (name: string, action: string) =>
    desk.answer('business-1', { ask: 7, what: 'act', name, action });

  expect(act('business-2', 'kill')).toEqual({
    answer: 7,
    value: { name: 'business-2', kind: 'business', state: 'restarting' },
  });
  expect(act('business-2', 'kill')).toMatchObject({ problem: 'play_refused' });
  await vi.waitFor(() => expect(crashed).toEqual(['business-2']));
  expect(act('business-2', 'stop')).toMatchObject({ value: { state: 'stopped' } });
  expect(act('business-1', 'stop')).toMatchObject({ problem: 'play_refused' });
  expect(act('business-9', 'kill')).toMatchObject({ problem: 'play_service_not_found' });
  // It answers before it goes.
  expect(act('business-1', 'kill')).toMatchObject({ value: { state: 'restarting' } });
  expect(crashed).toEqual(['business-2']);

  expect(desk.answer('business-1', { ask: 8, what: 'start', request: { clients: 1 } })).toMatchObject({
    value: { state: 'starting' },
  });
  await vi.waitFor(() =>
    expect(desk.answer('business-1', { ask: 9, what: 'look' })).toMatchObject({
      value: { simulation: { state: 'failed', detail: 'no room for a process' } },
    }),
  );
  await close();
});

test('the desk does nothing for what is no question, and nothing once it is closed', async () => {
  const { desk, crashed, close } = await openDesk();
  for (const rubbish of [
    ...[undefined, null, 'kill', [], {}, { ask: 1 }, { ask: -1, what: 'look' }, { ask: 1, what: 'exit' }],
    { ask: 1, what: 'act', name: '../x', action: 'kill' },
    { ask: 1, what: 'act', name: 'business-2', action: 'rm' },
    { ask: 1, what: 'start', request: { clients: 0.5 } },
    { ask: 1, what: 'start', request: { clients: 1, args: ['--report', '/etc/passwd'] } },
  ]) {
    expect(desk.answer('business-1', rubbish)).toBeUndefined();
  }
  desk.close();
  expect(desk.answer('business-1', { ask: 1, what: 'look' })).toMatchObject({ problem: 'stopping' });
  await close();
  expect(crashed).toEqual([]);
});
