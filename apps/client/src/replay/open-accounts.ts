import { type LastroClient } from '@lastro/sdk';
import type { OperationRequest } from '@lastro/contract';
import { piecesOf } from '../concurrently.ts';
import type { FinalSender } from '../final-sender.ts';
import type { ReplayOperations } from './replay-operations.ts';
import type { Survey } from './survey.ts';

/** An account of the file is in the bank already, and not by this file: its balances cannot come out. */
export class AccountTakenError extends Error {
  override readonly name = 'AccountTakenError';
}

const OPENED_PER_REQUEST = 1_000;

/** Opens the bank's own accounts and every account of the file, with the overdraft limit that it needs. */
export async function openAccounts(
  survey: Survey,
  operations: ReplayOperations,
  currency: string,
  sender: FinalSender,
  reader: LastroClient,
): Promise<void> {
  const requests: OperationRequest[] = survey.bankAccounts.map((account) => operations.open(account, 0));
  for (const [account, { overdraftLimitMinor }] of survey.accounts) {
    requests.push(operations.open(operations.account(account), overdraftLimitMinor));
  }
  for (const piece of piecesOf(requests, OPENED_PER_REQUEST)) {
    for (const { status, reason, account = '' } of await sender.send(piece)) {
      if (status === 'posted') continue;
      if (reason !== 'account_exists')
        throw new AccountTakenError(`account '${account}' could not be opened: ${reason}`);
      await checkUsable(account, currency, reader);
    }
  }
}

/** The bank's own accounts serve every file of their currency; a customer's account must begin at 0 with this file. */
async function checkUsable(account: string, currency: string, reader: LastroClient): Promise<void> {
  if (!account.startsWith('@')) {
    throw new AccountTakenError(
      `account '${account}' is in this bank already, and not from this file: use a new bank, or --prefix to give the file's accounts other names`,
    );
  }
  const { currency: found } = await reader.account(account);
  if (found !== currency)
    throw new AccountTakenError(
      `account '${account}' is in this bank already, in ${found} and not in ${currency}`,
    );
}
