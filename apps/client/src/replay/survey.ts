import { readRows } from './csv-rows.ts';
import { bankAccountOf } from './row-kinds.ts';

/** What must be known of a customer's account before its first row is sent. */
interface SurveyedAccount {
  readonly rows: number;
  /** Minor units: how far below zero the file goes. */
  readonly overdraftLimitMinor: number;
  readonly finalBalanceMinor: number;
}

/** What a first pass over the file finds, before anything is sent. */
export interface Survey {
  readonly digest: string;
  readonly rows: number;
  /** By the account's number in the file, in the order in which they appear. */
  readonly accounts: ReadonlyMap<string, SurveyedAccount>;
  /** The bank's own accounts, beside cash. */
  readonly bankAccounts: readonly string[];
}

/** @throws CsvFileError when any line of the file is wrong: then nothing of it is sent. */
export async function surveyFile(path: string, currency: string): Promise<Survey> {
  const accounts = new Map<string, SurveyedAccount>();
  const bankAccounts = new Set<string>();
  let rows = 0;
  const digest = await readRows(path, ({ account, kind, partnerBank, balanceAfterMinor }) => {
    rows += 1;
    const known = accounts.get(account);
    accounts.set(account, {
      rows: (known?.rows ?? 0) + 1,
      overdraftLimitMinor: Math.max(known?.overdraftLimitMinor ?? 0, -balanceAfterMinor),
      finalBalanceMinor: balanceAfterMinor,
    });
    const bankAccount = bankAccountOf(kind, partnerBank, currency);
    if (bankAccount !== undefined) bankAccounts.add(bankAccount);
  });
  return { digest, rows, accounts, bankAccounts: [...bankAccounts].sort() };
}
