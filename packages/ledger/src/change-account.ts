import { type Account, isBankAccount, statusWith } from './account.ts';
import type { Decision, Rejection } from './decision.ts';
import type { CloseContent, FreezeContent, OpenContent, UpdateContent } from './operation.ts';
import type { WorkingAccounts } from './working-accounts.ts';

/** Opens an account; it gets `number`. */
export function openAccount(accounts: WorkingAccounts, content: OpenContent, number: number): Decision {
  if (accounts.get(content.account) !== undefined) return { reason: 'account_exists' };
  accounts.open({
    number,
    id: content.account,
    currency: content.currency,
    overdraftLimit: content.overdraftLimit,
    balance: 0,
    held: 0,
    status: 'open',
    entryCount: 0,
    lastSequence: 0,
  });
  return { opened: true };
}

/** Stops movements out of an account, into it, or either; or lets them go on. */
export function freeze(accounts: WorkingAccounts, content: FreezeContent): Decision {
  return change(accounts, content.account, (account) => {
    const status = statusWith(account.status, content.side, content.type === 'freeze');
    accounts.amend(account, { status });
  });
}

/** Closes an account that has no money and reserves none, for good. */
export function close(accounts: WorkingAccounts, content: CloseContent): Decision {
  return change(accounts, content.account, (account) => {
    if (account.balance !== 0) return { reason: 'account_not_empty' };
    if (account.held !== 0) return { reason: 'account_has_holds' };
    accounts.amend(account, { status: 'closed' });
    return undefined;
  });
}

/** Changes the overdraft limit. Name and metadata are kept with the account; the rules do not look at them. */
export function update(accounts: WorkingAccounts, content: UpdateContent): Decision {
  return change(accounts, content.account, (account) => {
    const { overdraftLimit } = content;
    if (overdraftLimit === undefined) return undefined;
    // I5: no account is below its limit, from the moment on at which that is its limit.
    const isInUse = !isBankAccount(account.id) && account.balance - account.held < -overdraftLimit;
    if (isInUse) return { reason: 'limit_in_use' };
    accounts.amend(account, { overdraftLimit });
    return undefined;
  });
}

function change(
  accounts: WorkingAccounts,
  id: string,
  apply: (account: Account) => Rejection | undefined | void,
): Decision {
  const account = accounts.get(id);
  if (account === undefined) return { reason: 'account_not_found' };
  if (account.status === 'closed') return { reason: 'account_closed' };
  return apply(account) ?? { parties: { debit: account.number } };
}
