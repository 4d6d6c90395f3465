import { describe, expect, it } from 'vitest';
import { bankStateOf } from '../src/bank/bank-state.ts';
import { HISTORY_MS, knownUpTo, withHistory } from '../src/bank/use-system.ts';
import { historyOf } from '../src/pages/overview/history.ts';
import { at, business, dataService, sample, system } from './samples.ts';

describe('the samples that are known', () => {
  it('are asked for from where the first of the services that are up ends', () => {
    const businessServices = [
      business('business-1', { samples: [sample(1), sample(9)] }),
      business('business-2', { samples: [sample(7)] }),
      business('business-3', { samples: [sample(2)], state: 'down' }),
    ];
    expect(knownUpTo(system(10, { businessServices }))).toBe(at(7));
  });

  it('are asked for from the beginning while of one of them, none is', () => {
    const businessServices = [business('business-1', { samples: [sample(1)] }), business('business-2')];
    expect(knownUpTo(system(10, { businessServices }))).toBeUndefined();
  });

  it('are put together, each second once, also those that a killed service has forgotten; for 10 minutes', () => {
    const last = HISTORY_MS / 1000 + 5;
    const before = [business('business-1', { samples: [sample(1), sample(last - 2), sample(last - 1)] })];
    const now = [business('business-1', { samples: [sample(last - 1, { posted: 7 }), sample(last)] })];
    const known = system(last - 1, { businessServices: before });
    const merged = withHistory(system(last, { businessServices: now }), known);
    expect(merged.businessServices[0]?.samples).toEqual([
      sample(last - 2),
      sample(last - 1, { posted: 7 }),
      sample(last),
    ]);
  });
});

const SHORT = { leastSeconds: 1, mostSeconds: 600 };

describe('the history of all services', () => {
  const businessServices = [
    business('business-1', {
      samples: [
        sample(8, { posted: 10, batches: 2, batchOperations: 10, timeToPostP99Ms: 20, queueDepth: 3 }),
        sample(9, { posted: 5 }),
        sample(10, { posted: 99 }),
      ],
    }),
    business('business-2', {
      samples: [sample(8, { posted: 1, batches: 1, batchOperations: 2, timeToPostP99Ms: 50 }), sample(9)],
    }),
  ];

  it('adds up what can be added up, takes the slowest of what cannot, and ends where all are known', () => {
    const history = historyOf(system(11, { businessServices }), { leastSeconds: 3, mostSeconds: 3 });
    expect(history.times.map((time) => time - Date.parse(at(0)) / 1000)).toEqual([7, 8, 9]);
    expect(history.posted).toEqual([null, 11, 5]);
    expect(history.batchSize).toEqual([null, 4, null]);
    expect(history.timeToPostP99Ms).toEqual([null, 50, null]);
    expect(history.queueDepths.get('business-1')).toEqual([null, 3, 0]);
  });

  it('goes on while a service is down', () => {
    const [first, second] = businessServices;
    const isDown = [first!, { ...second!, state: 'down' as const }];
    expect(historyOf(system(11, { businessServices: isDown }), SHORT).posted).toEqual([11, 5, 99]);
  });
});

describe('the bank in one word', () => {
  it.each([
    ['unknown', undefined, false],
    ['unreachable', undefined, true],
    ['unreachable', system(0), true],
    ['well', system(0), false],
    ['impaired', system(0, { businessServices: [business('business-1', { state: 'down' })] }), false],
    ['impaired', system(0, { dataServices: [dataService('up', 'up'), dataService('down', 'up')] }), false],
    ['accepting', system(0, { dataServices: [dataService('down', 'up')] }), false],
    ['accepting', system(0, { dataServices: [dataService('up', 'down')] }), false],
  ] as const)('%s', (state, seen, hasFailed) => {
    expect(bankStateOf(seen, hasFailed)).toBe(state);
  });
});
