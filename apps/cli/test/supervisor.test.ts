import { expect, test, vi } from 'vitest';
import { type Incarnation, Supervisor } from '../src/up/supervisor.ts';

/** Lives that end when the test says so, and a record of what the supervisor does. */
function scripted({ failures = new Map<number, string>(), endsSlowly = false } = {}) {
  const events: string[] = [];
  const ends: ((reason: string) => void)[] = [];
  let launches = 0;
  const launch = async (): Promise<Incarnation> => {
    launches += 1;
    const failure = failures.get(launches);
    if (failure !== undefined) throw new Error(failure);
    const pid = launches;
    const ended = new Promise<string>((resolve) => ends.push(resolve));
    const end = ends.at(-1)!;
    return {
      pid,
      ended,
      async stop() {
        events.push(`stop ${pid}`);
        if (!endsSlowly) end('stopped');
      },
      kill: () => events.push(`kill ${pid}`),
      crash() {
        events.push(`crash ${pid}`);
        end('crashed');
      },
    };
  };
  const supervisor = new Supervisor('part', launch, {
    onUp: (_, pid) => void events.push(`up ${pid}`),
    onDown: (_, reason, delayMs) => void events.push(`down: ${reason}, ${delayMs}`),
    onHeld: () => void events.push('held'),
  });
  return { supervisor, events, end: (reason: string) => ends.at(-1)!(reason) };
}

test('what ends is started again, until it is stopped', async () => {
  const { supervisor, events, end } = scripted();
  await supervisor.start();
  end('killed');
  await vi.waitFor(() => expect(supervisor.pid).toBe(2));
  await supervisor.stop();
  expect(events).toEqual(['up 1', 'stop 1', 'down: killed, 250', 'up 2', 'stop 2']);
  expect(supervisor.pid).toBeUndefined();
});

test('a restart that fails is tried again, each time after a longer while', async () => {
  const failures = new Map(Array.from({ length: 7 }, (_, index) => [index + 2, 'no']));
  const { supervisor, events, end } = scripted({ failures });
  await supervisor.start();
  end('killed');
  await vi.waitFor(() => expect(events).toContain('down: no, 500'), { timeout: 5_000 });
  await supervisor.stop();
  expect(events.slice(0, 4)).toEqual(['up 1', 'stop 1', 'down: killed, 250', 'down: no, 500']);
});

test('a first start that fails is told and not tried again', async () => {
  const { supervisor, events } = scripted({ failures: new Map([[1, 'wrong setting']]) });
  await expect(supervisor.start()).rejects.toThrow('wrong setting');
  await supervisor.stop();
  expect(events).toEqual([]);
});

test('a life that begins while it is being stopped is ended', async () => {
  let finishLaunch: (incarnation: Incarnation) => void = () => undefined;
  const stopped = vi.fn(async () => undefined);
  const launch = () => new Promise<Incarnation>((resolve) => (finishLaunch = resolve));
  const ignore = () => undefined;
  const supervisor = new Supervisor('part', launch, { onUp: ignore, onDown: ignore, onHeld: ignore });
  const starting = supervisor.start();
  const stopping = supervisor.stop();
  finishLaunch({ pid: 1, ended: new Promise(() => undefined), stop: stopped, kill: ignore, crash: ignore });
  await expect(starting).rejects.toThrow();
  await stopping;
  expect(stopped).toHaveBeenCalledOnce();
  expect(supervisor.pid).toBeUndefined();
});

test('what is killed as a crash would stays away as long as it was told to, and a release ends that', async () => {
  const { supervisor, events } = scripted();
  await supervisor.start();
  expect(supervisor.crash(600_000)).toBe(true);
  expect(supervisor.state.state).toBe('restarting');
  expect(supervisor.crash(600_000)).toBe(false);
  await vi.waitFor(() => expect(supervisor.state.startsAt).toBeDefined());
  supervisor.release();
  await vi.waitFor(() => expect(supervisor.state).toEqual({ state: 'up' }));
  await supervisor.stop();
  expect(events).toEqual(['up 1', 'crash 1', 'stop 1', 'down: crashed, 600000', 'up 2', 'stop 2']);
});

test('what is held ends in order and stays away until it is released', async () => {
  const { supervisor, events } = scripted();
  await supervisor.start();
  supervisor.hold();
  expect(supervisor.state).toEqual({ state: 'stopped' });
  await vi.waitFor(() => expect(events).toContain('held'));
  expect(supervisor.crash(0)).toBe(false);
  expect(supervisor.pid).toBeUndefined();
  supervisor.release();
  await vi.waitFor(() => expect(supervisor.state).toEqual({ state: 'up' }));
  await supervisor.stop();
  expect(events).toEqual(['up 1', 'stop 1', 'stop 1', 'held', 'up 2', 'stop 2']);
});

test('what is released while it still ends is not up, and is started again then', async () => {
  const { supervisor, events, end } = scripted({ endsSlowly: true });
  await supervisor.start();
  supervisor.hold();
  supervisor.release();
  expect(supervisor.state).toEqual({ state: 'restarting' });
  end('stopped at last');
  await vi.waitFor(() => expect(supervisor.pid).toBe(2));
  const stopping = supervisor.stop();
  end('stopped');
  await stopping;
  expect(events.slice(0, 5)).toEqual(['up 1', 'stop 1', 'stop 1', 'down: stopped at last, 250', 'up 2']);
});

test('what waits to be started again can be held; stopped then, it ends', async () => {
  const { supervisor, events } = scripted();
  await supervisor.start();
  supervisor.crash(600_000);
  await vi.waitFor(() => expect(supervisor.state.startsAt).toBeDefined());
  supervisor.hold();
  await vi.waitFor(() => expect(events).toContain('held'));
  await supervisor.stop();
  expect(events).toEqual(['up 1', 'crash 1', 'stop 1', 'down: crashed, 600000', 'held']);
});
