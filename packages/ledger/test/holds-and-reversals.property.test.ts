import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches } from './arbitrary-batches.ts';
import { ledgerAfter } from './ledger-in-memory.ts';

describe('whatever is held, captured, voided, left to expire and reversed', () => {
  it('what is held on each account is what its open holds reserve', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        const held = new Map<string, number>();
        for (const { from, amount, status } of ledger.holds().values())
          if (status === 'open') held.set(from, (held.get(from) ?? 0) + amount);
        for (const account of ledger.accounts().values())
          expect(account.held).toBe(held.get(account.id) ?? 0);
      }),
    );
  });

  it('a hold ends once, or not at all', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        const ends = new Map<string, number>();
        for (const { status, content } of ledger.operations())
          if (status === 'posted' && 'hold' in content)
            ends.set(content.hold, (ends.get(content.hold) ?? 0) + 1);
        for (const { id, status } of ledger.holds().values())
          expect(ends.get(id) ?? 0).toBe(status === 'open' ? 0 : 1);
      }),
    );
  });

  it('never more is captured than was held, nor reversed than was moved', () => {
    fc.assert(
      fc.property(batches, (history) => {
        const ledger = ledgerAfter(history);
        const amounts = new Map<string, number>();
        const reversed = new Map<string, number>();
        for (const operation of ledger.operations()) {
          const posting = operation.status === 'posted' ? operation.posting : undefined;
          if (posting === undefined) continue;
          const { content } = operation;
          amounts.set(content.id, posting.amount);
          if (content.type === 'capture')
            expect(posting.amount).toBeLessThanOrEqual(ledger.holds().get(content.hold)!.amount);
          if (content.type !== 'reversal') continue;
          const sum = (reversed.get(content.operation) ?? 0) + posting.amount;
          expect(sum).toBeLessThanOrEqual(amounts.get(content.operation)!);
          reversed.set(content.operation, sum);
        }
      }),
    );
  });
});
