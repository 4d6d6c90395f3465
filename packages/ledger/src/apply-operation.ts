import { close, freeze, openAccount, update } from './change-account.ts';
import type { Decision } from './decision.ts';
import { capture, endHold, hold } from './hold-money.ts';
import { moveMoney } from './move-money.ts';
import type { OperationContent } from './operation.ts';
import { reverse } from './reverse-money.ts';
import type { Reversible } from './reversible.ts';
import type { WorkingLedger } from './working-ledger.ts';

/** What an operation is given for its place in the ledger. */
export interface Place {
  readonly sequence: number;
  /** For an account that the operation opens. */
  readonly nextAccountNumber: number;
  /** Finds an operation to reverse, in the ledger or earlier in the batch. */
  readonly findReversible: (id: string) => Reversible | undefined;
}

/** Applies one operation to `ledger` by the rules of money, or rejects it and changes nothing. */
export function applyOperation(ledger: WorkingLedger, content: OperationContent, place: Place): Decision {
  const { accounts } = ledger;
  const { sequence } = place;
  switch (content.type) {
    case 'deposit':
    case 'withdrawal':
    case 'transfer':
      return moveMoney(accounts, content, sequence);
    case 'open':
      return openAccount(accounts, content, place.nextAccountNumber);
    case 'hold':
      return hold(ledger, content, sequence);
    case 'capture':
      return capture(ledger, content, sequence);
    case 'void':
    case 'expiry':
      return endHold(ledger, content, sequence);
    case 'reversal':
      return reverse(ledger, content, place.findReversible(content.operation), sequence);
    case 'freeze':
    case 'unfreeze':
      return freeze(accounts, content);
    case 'close':
      return close(accounts, content);
    case 'update':
      return update(accounts, content);
  }
}
