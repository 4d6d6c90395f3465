import { LastroClient } from '@lastro/sdk';
import { concurrently } from '../concurrently.ts';
import { csvChanged } from '../csv-records.ts';
import { FinalSenders } from '../final-sender.ts';
import { Partition } from '../partition.ts';
import { readRows } from './csv-rows.ts';
import { openAccounts } from './open-accounts.ts';
import { ReplayOperations } from './replay-operations.ts';
import type { ReplayRow } from './row.ts';
import type { ReplayReport, WrongAccount } from './report.ts';
import { RowCheck } from './row-check.ts';
import { checkReplaySettings, type ReplaySettings } from './settings.ts';
import { type Survey, surveyFile } from './survey.ts';

const BALANCES_AT_ONCE = 16;

/** How a replay goes. */
export interface ReplayProgress {
  /** Rows that are final and compared. */
  readonly rows: number;
  readonly total: number;
  readonly exact: number;
  readonly sentAgain: number;
}

export interface ReplayObserver {
  /** The file is read and right; accounts are opened next. */
  surveyed(survey: Survey): void;
  /** Called after each request's rows. */
  progress(progress: ReplayProgress): void;
}

/**
 * Sends the transactions of a file into the bank, each account's in the order of the file, and compares the balance
 * after each with the file's. Nothing is sent unless the whole file is right. Run again, it sends the same ids, which
 * changes nothing; stopped in the middle, it goes on.
 *
 * @throws ClientSettingsError, CsvFileError, AccountTakenError before any money moves.
 * @throws BankStalledError, LastroProblemError, LastroUnreachableError when the bank cannot be used.
 */
export async function replay(settings: ReplaySettings, observer: ReplayObserver): Promise<ReplayReport> {
  checkReplaySettings(settings);
  const survey = await surveyFile(settings.file, settings.currency);
  observer.surveyed(survey);
  const run = new ReplayRun(settings, survey, observer);
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

class ReplayRun {
  readonly #settings: ReplaySettings;
  readonly #survey: Survey;
  readonly #observer: ReplayObserver;
  readonly #startedAt = new Date();
  readonly #operations: ReplayOperations;
  readonly #reader: LastroClient;
  readonly #senders: FinalSenders;

  constructor(settings: ReplaySettings, survey: Survey, observer: ReplayObserver) {
    const { servers, key, patienceMs, currency, prefix } = settings;
    this.#settings = settings;
    this.#survey = survey;
    this.#observer = observer;
    this.#operations = new ReplayOperations(survey.digest, currency, prefix);
    this.#reader = new LastroClient({
      servers,
      key,
      attemptsMax: Number.MAX_SAFE_INTEGER,
      totalTimeoutMs: patienceMs,
    });
    this.#senders = new FinalSenders({ servers, key, patienceMs });
  }

  async run(): Promise<ReplayReport> {
    const { sequence } = await this.#reader.trialBalance();
    const check = new RowCheck(sequence);
    await openAccounts(
      this.#survey,
      this.#operations,
      this.#settings.currency,
      this.#senders.next(),
      this.#reader,
    );
    const startedMs = performance.now();
    await this.#sendRows(check);
    const sendingMs = performance.now() - startedMs;
    const wrongAccounts = await this.#compareFinalBalances();
    return this.#report(check, sendingMs, wrongAccounts, await this.#isBalanced());
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#senders.close()]);
  }

  async #sendRows(check: RowCheck): Promise<void> {
    const { servers, partitionsPerServer, rowsPerRequest, file } = this.#settings;
    const partitions = Array.from({ length: servers.length * partitionsPerServer }, () => {
      const sender = this.#senders.next();
      return new Partition<ReplayRow>(rowsPerRequest, async (rows) => {
        const states = await sender.send(rows.map((row) => this.#operations.move(row)));
        for (const [index, row] of rows.entries())
          check.check(row, this.#operations.account(row.account), states[index]!);
      });
    });
    const partitionOf = dealOut([...this.#survey.accounts.keys()], partitions);
    const digest = await readRows(file, async (row) => {
      const partition = partitionOf.get(row.account);
      if (partition === undefined) throw csvChanged(file);
      await partition.add(row);
      this.#tell(check);
    });
    if (digest !== this.#survey.digest) throw csvChanged(file);
    await Promise.all(partitions.map((partition) => partition.finish()));
    this.#tell(check);
  }

  async #compareFinalBalances(): Promise<WrongAccount[]> {
    const wrong: WrongAccount[] = [];
    await concurrently(
      this.#survey.accounts,
      BALANCES_AT_ONCE,
      async ([name, { finalBalanceMinor: expectedMinor }]) => {
        const account = this.#operations.account(name);
        const { balance: foundMinor } = await this.#reader.balance(account);
        if (foundMinor !== expectedMinor) wrong.push({ account, expectedMinor, foundMinor });
      },
    );
    return wrong;
  }

  async #isBalanced(): Promise<boolean> {
    const { currencies } = await this.#reader.trialBalance();
    const line = currencies.find(({ currency }) => currency === this.#settings.currency);
    return line !== undefined && line.balanced && line.debit === line.credit;
  }

  #tell({ rows, exact }: RowCheck): void {
    this.#observer.progress({ rows, total: this.#survey.rows, exact, sentAgain: this.#senders.sentAgain });
  }

  #report(
    check: RowCheck,
    sendingMs: number,
    wrongAccounts: readonly WrongAccount[],
    balanced: boolean,
  ): ReplayReport {
    const { digest, rows, accounts } = this.#survey;
    return {
      file: this.#settings.file,
      digest,
      currency: this.#settings.currency,
      startedAt: this.#startedAt.toISOString(),
      seconds: (Date.now() - this.#startedAt.getTime()) / 1000,
      rows,
      exact: check.exact,
      before: check.before,
      rowsPerSecond: (rows * 1000) / sendingMs,
      sentAgain: this.#senders.sentAgain,
      wrongRowCount: check.wrongCount,
      wrongRows: check.wrong,
      accounts: accounts.size,
      wrongAccounts,
      balanced,
    };
  }
}

/** Gives each account to one partition, in turn. */
function dealOut<Part>(accounts: readonly string[], partitions: readonly Part[]): Map<string, Part> {
  return new Map(accounts.map((account, index) => [account, partitions[index % partitions.length]!]));
}
