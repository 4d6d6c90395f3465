import assert from 'node:assert/strict';
import { type Account, available, cashAccountId, isBankAccount } from './account.ts';
import { addMinor, isAmount } from './money.ts';
import type { OpenContent, OperationContent } from './operation.ts';
import type { Entry, Posting } from './outcome.ts';
import type { Reason } from './reason.ts';
import type { WorkingAccounts } from './working-accounts.ts';

type MoneyContent = Exclude<OperationContent, OpenContent>;

/** What the rules decide about one operation. */
export type Decision =
  { readonly posting: Posting } | { readonly opened: true } | { readonly reason: Reason };

/**
 * Applies one operation to `accounts` by the rules of money, or rejects it and changes nothing.
 * `nextAccountNumber` is given to an account that this operation opens.
 */
export function applyOperation(
  accounts: WorkingAccounts,
  content: OperationContent,
  sequence: number,
  nextAccountNumber: number,
): Decision {
  return content.type === 'open'
    ? openAccount(accounts, content, nextAccountNumber)
    : moveMoney(accounts, content, sequence);
}

function openAccount(accounts: WorkingAccounts, content: OpenContent, number: number): Decision {
  if (accounts.get(content.account) !== undefined) return { reason: 'account_exists' };
  accounts.open({
    number,
    id: content.account,
    currency: content.currency,
    overdraftLimit: content.overdraftLimit,
    balance: 0,
    held: 0,
    entryCount: 0,
    lastSequence: 0,
  });
  return { opened: true };
}

function moveMoney(accounts: WorkingAccounts, content: MoneyContent, sequence: number): Decision {
  assert(isAmount(content.amount), 'an amount is validated before it reaches the ledger');
  const legs = resolveLegs(accounts, content);
  if ('reason' in legs) return legs;
  const { debit, credit } = legs;
  if (debit.currency !== credit.currency || (content.currency ?? debit.currency) !== debit.currency) {
    return { reason: 'currency_mismatch' };
  }
  // I5: what a customer's account pays out must be available, counting holds and overdraft limit.
  if (!isBankAccount(debit.id) && content.amount > available(debit)) return { reason: 'insufficient_funds' };
  const debitBalance = addMinor(debit.balance, -content.amount);
  const creditBalance = addMinor(credit.balance, content.amount);
  if (debitBalance === undefined || creditBalance === undefined) return { reason: 'balance_overflow' };
  // I4: one amount leaves one account and enters the other; nothing else changes a balance.
  return {
    posting: {
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

type Legs = { readonly debit: Account; readonly credit: Account } | { readonly reason: Reason };

/** Which account pays and which receives. */
function resolveLegs(accounts: WorkingAccounts, content: MoneyContent): Legs {
  if (content.type === 'transfer') {
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
