import { validateOperationRequest } from '@lastro/contract';
import { describe, expect, it } from 'vitest';
import { AccountPicker } from '../src/load/accounts.ts';
import type { Work } from '../src/load/job.ts';
import { OperationIds } from '../src/load/operation-ids.ts';
import { requestsOf } from '../src/load/requests.ts';

function transfers(operationsPerRequest: number, waitForFinal = true): Work {
  return { kind: 'transfers', accounts: { count: 100 }, operationsPerRequest, waitForFinal };
}

function parse(request: string): { head: string; body: string } {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  return { head, body };
}

describe('the requests of a load', () => {
  it('are transfers that the bank takes, with their length in bytes', () => {
    const next = requestsOf({ work: transfers(1), key: 'secret', seed: 1 });
    for (let index = 0; index < 200; index += 1) {
      const { head, body } = parse(next());
      expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
      expect(head).toContain('authorization: Bearer secret');
      const checked = validateOperationRequest({ type: 'transfer', ...(JSON.parse(body) as object) }, '');
      expect(checked).not.toHaveProperty('error');
    }
  });

  it('are bulk requests of as many operations as asked for', () => {
    const { head, body } = parse(requestsOf({ work: transfers(50), key: undefined, seed: 1 })());
    expect(head).toMatch(/^POST \/v1\/operations HTTP\/1\.1\r\n/);
    const { operations } = JSON.parse(body) as { operations: { id: string }[] };
    expect(new Set(operations.map(({ id }) => id)).size).toBe(50);
    for (const operation of operations)
      expect(validateOperationRequest(operation, '')).not.toHaveProperty('error');
  });

  it('ask for the final result only when they should', () => {
    expect(requestsOf({ work: transfers(1, true), seed: 1 })()).toContain('prefer: wait=');
    expect(requestsOf({ work: transfers(1, false), seed: 1 })()).not.toContain('prefer');
  });

  it('are reads of accounts that exist', () => {
    const next = requestsOf({ work: { kind: 'balances', accounts: { count: 3 } }, seed: 1 });
    expect(next()).toMatch(/^GET \/v1\/accounts\/customer-[012]\/balance HTTP\/1\.1\r\n/);
  });
});

describe('the accounts of a load', () => {
  it('are the same for the same seed', () => {
    const pairs = (seed: number): unknown => {
      const picker = new AccountPicker({ count: 1000 }, seed);
      return Array.from({ length: 50 }, () => picker.two());
    };
    expect(pairs(7)).toEqual(pairs(7));
    expect(pairs(7)).not.toEqual(pairs(8));
  });

  it('are never the same on both sides of a transfer', () => {
    const picker = new AccountPicker({ count: 2, hotShare: 0.5 }, 1);
    for (let index = 0; index < 1000; index += 1) {
      const [from, to] = picker.two();
      expect(from).not.toBe(to);
      expect([from, to].every((account) => account === 0 || account === 1)).toBe(true);
    }
  });

  it('are the hot one in the share asked for, as often to pay as to receive', () => {
    const picker = new AccountPicker({ count: 10_000, hotShare: 0.9 }, 1);
    const pairs = Array.from({ length: 20_000 }, () => picker.two());
    const paid = pairs.filter(([from]) => from === 0).length;
    const received = pairs.filter(([, to]) => to === 0).length;
    expect((paid + received) / pairs.length).toBeCloseTo(0.9, 1);
    expect(paid / received).toBeCloseTo(1, 1);
  });
});

describe('the ids of a load', () => {
  it('are all different and in order of time, also when many are made in one millisecond', () => {
    const ids = new OperationIds();
    const made = Array.from({ length: 50_000 }, () => ids.next());
    expect(new Set(made).size).toBe(made.length);
    expect(made).toEqual([...made].sort());
    expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
