import { crc32 } from 'node:zlib';
import { OPERATIONS_PER_REQUEST_MAX } from '@lastro/contract';
import { LastroClient } from '@lastro/sdk';
import { csvChanged } from '../csv-records.ts';
import { FinalSenders } from '../final-sender.ts';
import { Partition } from '../partition.ts';
import { AccountCheck } from './account-check.ts';
import { touchesOneAccount } from './columns.ts';
import { type FailedLine, FailedLines } from './failed-lines.ts';
import { idNamespace, type ImportSurvey, readImport, surveyImport } from './import-rows.ts';
import { type RowOutcome, type Send, sendRows } from './import-sender.ts';
import type { ImportReport } from './report.ts';
import type { GoodRow } from './row.ts';
import { checkImportSettings, type ImportSettings } from './settings.ts';

/** How an import goes. */
export interface ImportProgress {
  /** Rows that are final, or in a dry run checked. */
  readonly rows: number;
  readonly failed: number;
}

export interface ImportObserver {
  /** Every row of the file is checked by itself; now they are sent, or in a dry run their accounts looked for. */
  surveyed(survey: ImportSurvey): void;
  /** Called after each request's rows. */
  progress(progress: ImportProgress): void;
}

/**
 * Brings the accounts or the operations of a CSV file into the bank, those of each account in the order of the file. With
 * a bad row in it nothing of the file is sent, unless that is asked for. Every row is an operation with an id, its own or one that
 * follows from the file: so to run it again, after a crash or by mistake, changes nothing, and finishes what was begun.
 *
 * @throws ClientSettingsError, CsvFileError before anything is sent.
 * @throws BankStalledError, LastroProblemError, LastroUnreachableError when the bank cannot be used.
 */
export async function importFile(settings: ImportSettings, observer: ImportObserver): Promise<ImportReport> {
  checkImportSettings(settings);
  const failed = await FailedLines.open(settings.failedLinesFile);
  try {
    const survey = await surveyImport(settings.file, settings.currency, async ({ line, id, fault }) =>
      failed.add([{ line, id, status: 'bad', reason: fault }]),
    );
    observer.surveyed(survey);
    const run = new ImportRun(settings, survey, failed, observer);
    return await run.run().finally(() => run.close());
  } finally {
    await failed.close();
  }
}

class ImportRun {
  readonly #settings: ImportSettings;
  readonly #survey: ImportSurvey;
  readonly #failed: FailedLines;
  readonly #observer: ImportObserver;
  readonly #startedAt = new Date();
  readonly #reader: LastroClient;
  readonly #senders: FinalSenders;
  readonly #rejected: Record<string, number> = {};
  readonly #refused: Record<string, number> = {};
  #done = 0;
  #posted = 0;
  #tried = 0;
  #before = 0;

  constructor(settings: ImportSettings, survey: ImportSurvey, failed: FailedLines, observer: ImportObserver) {
    const { servers, key, patienceMs } = settings;
    this.#settings = settings;
    this.#survey = survey;
    this.#failed = failed;
    this.#observer = observer;
    this.#reader = new LastroClient({ servers, key, totalTimeoutMs: patienceMs });
    this.#senders = new FinalSenders({ servers, key, patienceMs });
  }

  async run(): Promise<ImportReport> {
    const { dryRun, skipBad } = this.#settings;
    const sends = !dryRun && (skipBad || this.#survey.badRows === 0);
    const startedMs = performance.now();
    if (dryRun) await this.#eachRow([this.#checker()]);
    else if (sends) await this.#eachRow(await this.#sendingPartitions());
    return this.#report(sends, performance.now() - startedMs);
  }

  async close(): Promise<void> {
    await Promise.all([this.#reader.close(), this.#senders.close()]);
  }

  /** Gives each good row to the partition of its account, in order, until all are done. */
  async #eachRow(partitions: readonly Partition<GoodRow>[]): Promise<void> {
    const { file, currency } = this.#settings;
    const namespace = idNamespace(this.#survey, currency);
    const { digest } = await readImport(file, currency, namespace, async (row) => {
      if ('fault' in row) return;
      const number = partitions.length === 1 ? 0 : crc32(accountOf(row)) % partitions.length;
      await partitions[number]!.add(row);
    });
    if (digest !== this.#survey.digest) throw csvChanged(file);
    await Promise.all(partitions.map((partition) => partition.finish()));
  }

  /**
   * For a dry run. The bank tries the first rows, as one request, so that each counts on those before it. Of the others, which would
   * count on more than one request can hold, the accounts are looked for.
   */
  #checker(): Partition<GoodRow> {
    const accounts = new AccountCheck(this.#reader);
    const tryAll: Send = (operations) => this.#reader.operations(operations, { dryRun: true });
    return new Partition(OPERATIONS_PER_REQUEST_MAX, async (rows) => {
      if (this.#done === 0) {
        this.#tried = rows.length;
        // What these would open counts for the others.
        if (this.#survey.rows > rows.length) await accounts.check(rows);
        return this.#tally(await sendRows(tryAll, rows), Number.MAX_SAFE_INTEGER);
      }
      const failed = await accounts.check(rows);
      for (const { reason } of failed) this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
      await this.#told(rows.length, failed);
    });
  }

  /** One, where an operation can touch accounts of several: then the whole file has one order. */
  async #sendingPartitions(): Promise<Partition<GoodRow>[]> {
    const { servers, partitionsPerServer, rowsPerRequest } = this.#settings;
    const { sequence: sequenceBefore } = await this.#reader.trialBalance();
    const count = touchesOneAccount(this.#survey.columns) ? servers.length * partitionsPerServer : 1;
    return Array.from({ length: count }, () => {
      const sender = this.#senders.next();
      const send: Send = (operations) => sender.send(operations);
      return new Partition<GoodRow>(rowsPerRequest, async (rows) =>
        this.#tally(await sendRows(send, rows), sequenceBefore),
      );
    });
  }

  async #tally(outcomes: readonly RowOutcome[], sequenceBefore: number): Promise<void> {
    const failed: FailedLine[] = [];
    for (const outcome of outcomes) {
      const { line, request } = outcome.row;
      if ('refusal' in outcome) {
        const { refusal: reason } = outcome;
        this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
        failed.push({ line, id: request.id, status: 'refused', reason });
      } else if (outcome.operation.status === 'posted') {
        if (outcome.operation.dryRun !== true) this.#posted += 1;
        if ((outcome.operation.sequence ?? Infinity) <= sequenceBefore) this.#before += 1;
      } else {
        const { reason = outcome.operation.status } = outcome.operation;
        this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
        failed.push({ line, id: request.id, status: 'rejected', reason });
      }
    }
    await this.#told(outcomes.length, failed);
  }

  async #told(rows: number, failed: readonly FailedLine[]): Promise<void> {
    this.#done += rows;
    await this.#failed.add(failed);
    this.#observer.progress({ rows: this.#done, failed: this.#failed.count });
  }

  #report(sent: boolean, durationMs: number): ImportReport {
    const { file, dryRun, failedLinesFile } = this.#settings;
    const { columns, digest, rows, badRows } = this.#survey;
    return {
      file,
      kind: columns.kind,
      digest,
      dryRun,
      startedAt: this.#startedAt.toISOString(),
      seconds: (Date.now() - this.#startedAt.getTime()) / 1000,
      rows,
      bad: badRows,
      sent,
      tried: this.#tried,
      posted: this.#posted,
      before: this.#before,
      rejected: this.#rejected,
      refused: this.#refused,
      failed: this.#failed.count,
      failedLines: this.#failed.first,
      failedLinesFile,
      rowsPerSecond: (this.#done * 1000) / durationMs,
      sentAgain: this.#senders.sentAgain,
    };
  }
}

/** What must be in one partition: rows of one account have an order. */
function accountOf({ request }: GoodRow): string {
  return 'account' in request ? request.account : '';
}
