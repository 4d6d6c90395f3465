import type { BusinessServiceState, System, SystemSample } from '@lastro/contract';

/** An instant of the tests, so many seconds after their first. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

export function sample(seconds: number, figures: Partial<SystemSample> = {}): SystemSample {
  return {
    at: at(seconds),
    accepted: 0,
    posted: 0,
    rejected: 0,
    batches: 0,
    batchOperations: 0,
    timeToPostP50Ms: null,
    timeToPostP99Ms: null,
    queueDepth: 0,
    ...figures,
  };
}

export function business(id: string, state: Partial<BusinessServiceState> = {}): BusinessServiceState {
  return {
    id,
    state: 'up',
    since: at(0),
    seenAt: at(0),
    queue: { depth: 0, depthMax: 1000, oldestQueuedAt: null, deadLetters: 0, health: 'writable' },
    worker: null,
    counters: null,
    samples: [],
    ...state,
  };
}

/** A bank of two business services where everything is well, `seconds` after the first instant. */
export function system(seconds: number, different: Partial<System> = {}): System {
  return {
    at: at(seconds),
    answeredBy: 'business-1',
    businessServices: [business('business-1'), business('business-2')],
    dataServices: [dataService('up', 'up')],
    ledger: null,
    money: null,
    verification: null,
    play: false,
    ...different,
  };
}

export function dataService(
  state: 'up' | 'down',
  database: 'up' | 'down' | undefined,
): System['dataServices'][number] {
  const report = {
    startedAt: at(0),
    databaseSince: at(0),
    pendingOperations: 0,
    ledger: null,
    money: null,
    verification: null,
  };
  return {
    url: 'http://127.0.0.1:7400',
    state,
    since: at(0),
    seenAt: at(0),
    report: database === undefined ? null : { ...report, database },
  };
}
