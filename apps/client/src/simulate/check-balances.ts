import type { LastroClient } from '@lastro/sdk';
import type { CheckedResults } from './check-results.ts';
import type { Collected } from './collect-results.ts';
import type { Discrepancies } from './discrepancies.ts';
import { overdraftLimitMinor } from './operation-plan.ts';
import type { RunIdentity } from './run-identity.ts';
import type { SimulationSettings } from './settings.ts';

const ACCOUNTS_PAGE_SIZE = 1_000;

/** What the balances are compared with. */
export interface Expectation {
  readonly settings: SimulationSettings;
  readonly identity: RunIdentity;
  readonly results: CheckedResults;
  readonly collected: Collected;
}

/** Reads every account of the run, and the trial balance, and compares them with the model. */
export async function checkBalances(
  client: LastroClient,
  expectation: Expectation,
  discrepancies: Discrepancies,
): Promise<void> {
  const { settings, identity, results, collected } = expectation;
  const seen = new Uint8Array(settings.accounts);
  let heldMinor = 0n;
  for await (const account of client.allAccounts({
    prefix: identity.accountPrefix,
    limit: ACCOUNTS_PAGE_SIZE,
  })) {
    const number = identity.accountNumber(account.id)!;
    seen[number] = 1;
    heldMinor += BigInt(account.balance);
    const entries = results.entriesByAccount[number]!;
    const expected = state(results.balances[number]!, entries, overdraftLimitMinor(number, settings));
    const found = state(account.balance, account.entryCount, account.overdraftLimit);
    if (found !== expected) discrepancies.add({ check: 'balances', account: account.id, expected, found });
    const inStatement = collected.entriesByAccount[number]!;
    if (inStatement > account.entryCount) {
      const told = `${inStatement} entries in the statement`;
      discrepancies.add({
        check: 'balances',
        account: account.id,
        expected: `${account.entryCount} entries`,
        found: told,
      });
    }
  }
  for (const [number, there] of seen.entries()) {
    if (there === 0)
      discrepancies.add({
        check: 'balances',
        account: identity.account(number),
        expected: 'an account',
        found: 'none',
      });
  }
  await checkMoney(client, settings.currency, heldMinor, results.netDepositedMinor, discrepancies);
}

async function checkMoney(
  client: LastroClient,
  currency: string,
  heldMinor: bigint,
  netDepositedMinor: bigint,
  discrepancies: Discrepancies,
): Promise<void> {
  if (heldMinor !== netDepositedMinor) {
    const found = `the accounts hold ${heldMinor}`;
    discrepancies.add({
      check: 'conserved',
      expected: `${netDepositedMinor} deposited less withdrawn`,
      found,
    });
  }
  const { currencies } = await client.trialBalance();
  const line = currencies.find((candidate) => candidate.currency === currency);
  if (line === undefined || !line.balanced || line.debit !== line.credit) {
    const found = line === undefined ? 'no line' : `debit ${line.debit}, credit ${line.credit}`;
    discrepancies.add({
      check: 'conserved',
      expected: `a trial balance in ${currency} that balances`,
      found,
    });
  }
}

function state(balance: number, entries: number, overdraftLimit: number): string {
  return `balance ${balance} after ${entries} entries, overdraft limit ${overdraftLimit}`;
}
