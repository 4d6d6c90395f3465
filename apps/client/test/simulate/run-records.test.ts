import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClientSettingsError } from '../../src/client-settings-error.ts';
import { OperationLog, RESULT } from '../../src/simulate/operation-log.ts';
import { OperationPlan, overdraftLimitMinor } from '../../src/simulate/operation-plan.ts';
import { RunIdentity } from '../../src/simulate/run-identity.ts';
import {
  checkSimulationSettings,
  parseMix,
  SIMULATION_DEFAULTS,
  type SimulationSettings,
} from '../../src/simulate/settings.ts';

const SETTINGS: SimulationSettings = {
  ...SIMULATION_DEFAULTS,
  servers: ['http://127.0.0.1:1'],
  key: 'k',
  seed: 7,
};

describe('the plan of a simulation', () => {
  const draw = (settings: Partial<SimulationSettings>, count: number) => {
    const plan = new OperationPlan({ ...SETTINGS, ...settings });
    return Array.from({ length: count }, () => plan.next());
  };

  it('is the same for the same seed, and another for another', () => {
    expect(draw({}, 500)).toEqual(draw({}, 500));
    expect(draw({ seed: 8 }, 500)).not.toEqual(draw({}, 500));
  });

  it('keeps to the mix, the accounts and the amounts that were asked for', () => {
    const operations = draw(
      { accounts: 3, amountMaxMinor: 10, mix: { deposit: 1, withdrawal: 0, transfer: 3 } },
      4_000,
    );
    expect(operations.every(({ amountMinor }) => amountMinor >= 1 && amountMinor <= 10)).toBe(true);
    expect(operations.every(({ kind, account, to }) => kind === 'deposit' || account !== to)).toBe(true);
    expect(new Set(operations.flatMap(({ account, to }) => [account, to]))).toEqual(new Set([0, 1, 2]));
    const deposits = operations.filter(({ kind }) => kind === 'deposit').length;
    expect(Math.abs(deposits - 1_000)).toBeLessThan(150);
    expect(operations.some(({ kind }) => kind === 'withdrawal')).toBe(false);
  });

  it('touches the hot account as often as was asked for', () => {
    expect(
      draw({ hotAccountPercent: 100 }, 200).every(
        ({ kind, account, to }) => account === 0 || (kind === 'transfer' && to === 0),
      ),
    ).toBe(true);
    const hot = draw({ hotAccountPercent: 30 }, 4_000).filter(
      ({ kind, account, to }) => account === 0 || (kind === 'transfer' && to === 0),
    );
    expect(Math.abs(hot.length - 1_200)).toBeLessThan(200);
  });

  it('gives some accounts an overdraft limit, so that balances below zero are tried too', () => {
    const limits = [0, 1, 2, 3, 4].map((account) => overdraftLimitMinor(account, { amountMaxMinor: 9 }));
    expect(limits).toEqual([9, 0, 0, 0, 9]);
  });
});

describe('the log of a simulation', () => {
  it('gives back what was noted, over many chunks', () => {
    const log = new OperationLog();
    const plan = new OperationPlan(SETTINGS);
    const planned = Array.from({ length: 70_000 }, () => plan.next());
    for (const operation of planned) log.add(operation);
    expect(log.length).toBe(70_000);
    expect([0, 65_535, 65_536, 69_999].map((number) => log.planned(number))).toEqual(
      [0, 65_535, 65_536, 69_999].map((number) => planned[number]),
    );
    expect(log.result(69_999)).toEqual({ result: RESULT.none, reason: undefined, sequence: 0 });
    log.setResult(69_999, { result: RESULT.rejected, reason: 'group_rejected', sequence: 2 ** 52 });
    expect(log.result(69_999)).toEqual({
      result: RESULT.rejected,
      reason: 'group_rejected',
      sequence: 2 ** 52,
    });
  });

  it('keeps the balances of both accounts of a transfer apart', () => {
    const log = new OperationLog();
    const number = log.add({ kind: 'transfer', account: 3, to: 5, amountMinor: 1 });
    log.setBalance(number, 5, -7);
    expect([log.balance(number, 3), log.balance(number, 5)]).toEqual([Number.NaN, -7]);
  });
});

describe('the identity of a run', () => {
  it('gives every operation a UUID of version 7 from which its number can be read', () => {
    const identity = new RunIdentity(1);
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (number) => {
        const id = identity.operation(number);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(identity.operationNumber(id)).toBe(number);
        expect(identity.accountNumber(identity.account(number))).toBe(number);
      }),
    );
  });

  it('knows nothing of another run, of the same seed and instant', () => {
    const [one, other] = [new RunIdentity(1, 1_000), new RunIdentity(1, 1_000)];
    expect(one.operationNumber(other.operation(0))).toBeUndefined();
    expect(one.accountNumber('alice')).toBeUndefined();
  });
});

describe('the settings of a simulation', () => {
  it('reads a mix as people type it', () => {
    expect(parseMix('transfer=1, deposit=2')).toEqual({ deposit: 2, withdrawal: 0, transfer: 1 });
  });

  it.each([
    '',
    'deposit',
    'deposit=',
    'deposit=-1',
    'deposit=1.5',
    'gift=1',
    'deposit=1;transfer=1',
    'deposit=1,',
  ])('refuses the mix %j', (text) => expect(() => parseMix(text)).toThrow(ClientSettingsError));

  it.each([
    { clients: 0 },
    { clients: 1.5 },
    { accounts: 1 },
    { ratePerSecond: -1 },
    { durationMs: 0 },
    { operations: Number.NaN },
    { seed: 2 ** 32 },
    { amountMaxMinor: 0 },
    { hotAccountPercent: 101 },
    { bulk: 10_001 },
    { currency: 'XYZ1' },
    { mix: { deposit: 0, withdrawal: 0, transfer: 0 } },
  ])('refuses %j', (wrong) => {
    expect(() => checkSimulationSettings({ ...SETTINGS, ...wrong })).toThrow(ClientSettingsError);
    expect(() => checkSimulationSettings(SETTINGS)).not.toThrow();
  });
});
