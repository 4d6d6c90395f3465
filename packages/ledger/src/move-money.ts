import assert from 'node:assert/strict';
import { type Account, available, cashAccountId, isBankAccount } from './account.ts';
import type { Decision, Rejection } from './decision.ts';
import { addMinor, isAmount } from './money.ts';
import type { DepositContent, HoldContent, TransferContent, WithdrawalContent } from './operation.ts';
import type { Entry, Posting } from './outcome.ts';
import type { WorkingAccounts } from './working-accounts.ts';

/** The account that pays and the one that receives. */
export interface Legs {
  readonly debit: Account;
  readonly credit: Account;
}

/** Moves money at once: deposit, withdrawal, transfer. */
export function moveMoney(
  accounts: WorkingAccounts,
  content: DepositContent | WithdrawalContent | TransferContent,
  sequence: number,
): Decision {
  const legs = resolveLegs(accounts, content);
  if ('reason' in legs) return legs;
  const { debit } = legs;
  // I5: what a customer's account pays out must be available, counting holds and overdraft limit.
  if (!isBankAccount(debit.id) && content.amount > available(debit)) return { reason: 'insufficient_funds' };
  return post(accounts, legs, content.amount, sequence);
}

/** Which accounts `content` is between, or why money may not move between them. */
export function resolveLegs(
  accounts: WorkingAccounts,
  content: DepositContent | WithdrawalContent | TransferContent | HoldContent,
): Legs | Rejection {
  assert(isAmount(content.amount), 'an amount is validated before it reaches the ledger');
  const legs = findLegs(accounts, content);
  if ('reason' in legs) return legs;
  const { debit, credit } = legs;
  if (debit.currency !== credit.currency || (content.currency ?? debit.currency) !== debit.currency) {
    return { reason: 'currency_mismatch' };
  }
  return refusalOf(legs) ?? legs;
}

function findLegs(
  accounts: WorkingAccounts,
  content: DepositContent | WithdrawalContent | TransferContent | HoldContent,
): Legs | Rejection {
  if (content.type === 'transfer' || content.type === 'hold') {
    if (content.from === content.to) return { reason: 'same_account' };
    const debit = accounts.get(content.from);
    const credit = accounts.get(content.to);
    return debit === undefined || credit === undefined ? { reason: 'account_not_found' } : { debit, credit };
  }
  const account = accounts.get(content.account);
  if (account === undefined) return { reason: 'account_not_found' };
  const cash = accounts.get(cashAccountId(account.currency));
  assert(
    cash !== undefined,
    `the cash account in ${account.currency} opens with the first account of its currency`,
  );
  if (cash.id === account.id) return { reason: 'same_account' };
  return content.type === 'deposit' ? { debit: cash, credit: account } : { debit: account, credit: cash };
}

/** Why these accounts may not take part in a movement, if so. */
export function refusalOf({ debit, credit }: Legs): Rejection | undefined {
  if (debit.status === 'open' && credit.status === 'open') return undefined;
  if (debit.status === 'closed' || credit.status === 'closed') return { reason: 'account_closed' };
  const isFrozen =
    debit.status === 'debits_frozen' ||
    debit.status === 'frozen' ||
    credit.status === 'credits_frozen' ||
    credit.status === 'frozen';
  return isFrozen ? { reason: 'account_frozen' } : undefined;
}

/** Writes the two entries of a movement that is allowed. I4: one amount leaves one account and enters the other. */
export function post(
  accounts: WorkingAccounts,
  { debit, credit }: Legs,
  amount: number,
  sequence: number,
): { readonly posting: Posting } | Rejection {
  const debitBalance = addMinor(debit.balance, -amount);
  const creditBalance = addMinor(credit.balance, amount);
  if (debitBalance === undefined || creditBalance === undefined) return { reason: 'balance_overflow' };
  return {
    posting: {
      amount,
      currency: debit.currency,
      debit: addEntry(accounts, debit, debitBalance, sequence),
      credit: addEntry(accounts, credit, creditBalance, sequence),
    },
  };
}

function addEntry(accounts: WorkingAccounts, account: Account, balance: number, sequence: number): Entry {
  const { number, id, lastSequence } = account;
  accounts.addEntry(account, balance, sequence);
  return {
    accountNumber: number,
    accountId: id,
    entry: account.entryCount,
    previousSequence: lastSequence,
    balance,
  };
}
