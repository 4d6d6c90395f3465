import { describe, expect, it } from 'vitest';
import {
  chainPromise,
  databaseState,
  moneyPromise,
  queuePromise,
  servicesPromise,
} from '../src/pages/overview/promises.ts';
import { at, business, dataService, system } from './samples.ts';

const queue = (depth: number, oldest: number | null) => ({
  depth,
  depthMax: 1000,
  oldestQueuedAt: oldest === null ? null : at(oldest),
  deadLetters: 0,
  health: 'writable' as const,
});

describe('the light of conserved money', () => {
  const money = (checkedAt: number, balanced: boolean) => ({
    at: at(checkedAt),
    sequence: 1,
    balanced,
    currencies: [],
  });

  it.each([
    ['was never computed', null, 'unknown'],
    ['was computed just now', money(98, true), 'good'],
    ['was computed long ago', money(10, true), 'unknown'],
    ['does not add up', money(98, false), 'bad'],
    ['did not add up long ago', money(10, false), 'bad'],
  ] as const)('when it %s', (_when, check, light) => {
    expect(moneyPromise(system(100, { money: check })).light).toBe(light);
  });
});

describe('the light of the chain', () => {
  const verification = {
    id: '0',
    startedAt: at(0),
    startedBy: 'admin',
    sinceSequence: 0,
    operationsChecked: 50,
    operationsTotal: 200,
    findingCount: 0,
    findings: [],
  };
  const done = { ...verification, state: 'done', endedAt: at(90), whole: true } as const;

  it.each([
    ['was never verified', null, 'unknown', 'never'],
    ['is being verified', { ...verification, state: 'running' as const }, 'unknown', 'running'],
    [
      'is being verified, and is broken',
      { ...verification, state: 'running' as const, findingCount: 1 },
      'bad',
      'broken',
    ],
    ['was not verified to the end', { ...verification, state: 'cancelled' as const }, 'unknown', 'not_ended'],
    ['could not be verified', { ...verification, state: 'failed' as const }, 'unknown', 'not_ended'],
    ['is whole', done, 'good', 'whole'],
    ['is not whole', { ...done, whole: false }, 'bad', 'broken'],
  ] as const)('when it %s', (_when, given, light, found) => {
    expect(chainPromise(system(100, { verification: given }))).toMatchObject({ light, found });
  });

  it('comes with how far it is, and what was posted since', () => {
    const ledger = { sequence: 230, batch: 2, hash: '', accounts: 1, postedAt: at(99) };
    const head = { sequence: 200, batch: 1, hash: '' };
    const promise = chainPromise(system(100, { ledger, verification: { ...done, head } }));
    expect(promise).toMatchObject({ progress: 0.25, verifiedMsAgo: 10_000, operationsSince: 30 });
  });
});

describe('the light of the queues', () => {
  it.each([
    ['nothing waits', queue(0, null), 'up', 'good'],
    ['something has just come', queue(5, 99), 'up', 'good'],
    ['something waits', queue(5, 90), 'up', 'warn'],
    ['something waits for long', queue(5, 10), 'up', 'bad'],
    ['a service is down and keeps something', queue(5, 99), 'down', 'warn'],
    ['a service is down and keeps nothing', queue(0, null), 'down', 'good'],
    ['a queue was never seen', null, 'down', 'unknown'],
  ] as const)('when %s', (_when, given, state, light) => {
    const businessServices = [business('business-1'), business('business-2', { state, queue: given })];
    expect(queuePromise(system(100, { businessServices })).light).toBe(light);
  });
});

describe('the light of the services', () => {
  const up = business('business-1');
  const down = business('business-2', { state: 'down' });

  it.each([
    ['all are up', [up], [dataService('up', 'up')], 'good'],
    ['one of several is down', [up, down], [dataService('up', 'up')], 'warn'],
    ['no data service is up', [up], [dataService('down', 'up')], 'bad'],
    ['the database is down', [up], [dataService('up', 'down')], 'bad'],
    ['nobody has told of the database', [up], [dataService('up', undefined)], 'unknown'],
    ['there is no data service', [up], [], 'bad'],
  ] as const)('when %s', (_when, businessServices, dataServices, light) => {
    const given = system(0, { businessServices: [...businessServices], dataServices: [...dataServices] });
    expect(servicesPromise(given).light).toBe(light);
  });

  it('says nothing of a database of which only a data service that is down has told', () => {
    expect(databaseState([dataService('down', 'up')])).toBe('unknown');
  });
});
