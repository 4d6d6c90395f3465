import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import type { ScheduledEvent } from './scheduler.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { World } from './world.ts';

type Callback = (...args: unknown[]) => void;

/** What `setTimeout` gives back: as much of a Node.js Timeout as anything of ours uses. */
class SimulatedTimer {
  readonly event: ScheduledEvent<SimulatedProcess>;

  constructor(event: ScheduledEvent<SimulatedProcess>) {
    this.event = event;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/**
 * Replaces what the product asks the machine for: time, timers and randomness. A timer belongs to the process
 * that sets it. Returns what puts the real ones back.
 */
export function replaceGlobals(world: World): () => void {
  const restorers = [
    ...Object.entries(simulatedTimers(world)).map(([name, value]) => replace(globalThis, name, value)),
    replace(globalThis, 'Date', simulatedDate(world)),
    replace(performance, 'now', () => world.scheduler.nowMs),
    replace(Math, 'random', () => world.productRandom.next()),
    replace(crypto, 'getRandomValues', refuseRandomness),
    replace(crypto, 'randomUUID', refuseRandomness),
    replace(timersPromises, 'setTimeout', simulatedSleep),
    // Thousands of errors are part of a normal run; nobody reads where they were made.
    replace(Error, 'stackTraceLimit', 0),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of restorers) restore();
    syncBuiltinESMExports();
  };
}

function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

function simulatedTimers({ scheduler }: World): Record<string, unknown> {
  const later = (what: string, delayMs: number, callback: Callback, args: unknown[]) =>
    new SimulatedTimer(scheduler.after(delayMs, scheduler.owner, what, () => callback(...args)));
  const clear = (timer: unknown) => {
    if (timer instanceof SimulatedTimer) timer.event.cancelled = true;
  };
  return {
    setTimeout: (callback: Callback, delayMs = 1, ...args: unknown[]) =>
      later('timer', Math.max(1, delayMs), callback, args),
    setImmediate: (callback: Callback, ...args: unknown[]) => later('immediate', 0, callback, args),
    setInterval: () => {
      throw new Error('nothing in a service is due at fixed intervals; simulate it if that changes');
    },
    clearTimeout: clear,
    clearImmediate: clear,
  };
}

/** `setTimeout` of node:timers/promises. */
function simulatedSleep(delayMs = 1, value?: unknown, { signal }: { signal?: AbortSignal } = {}) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, delayMs);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
}

/** Each machine has a clock of its own, which may be wrong. */
function simulatedDate(world: World): DateConstructor {
  const now = () => world.clocks.nowMs(world.scheduler.owner?.name);
  return class extends Date {
    constructor(...args: readonly unknown[]) {
      super(...((args.length === 0 ? [now()] : args) as [number]));
    }

    static override now(): number {
      return now();
    }
  } as DateConstructor;
}

/** Ids come from the clients, whose randomness is the seed's. Whatever drew from the machine could not be replayed. */
function refuseRandomness(): never {
  throw new Error('randomness that the seed does not control');
}
