import type {
  Account,
  AccountBalance,
  AccountListQuery,
  AccountPage,
  Hold,
  HoldListQuery,
  HoldPage,
  Moment,
  Operation,
  OperationListQuery,
  OperationPage,
  Reversals,
  Schedule,
  ScheduleListQuery,
  SchedulePage,
  Statement,
  StatementEntry,
  StatementQuery,
  TrialBalance,
} from '@lastro/contract';
import { sleep } from './backoff.ts';
import { LastroProblemError } from './errors.ts';
import { everyRow } from './pages.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';
import { exportStatement, type StatementExportOptions } from './statement-export.ts';

const POLL_MIN_MS = 10;
const POLL_MAX_MS = 500;

/** What can be asked of a bank. */
export class BankReads {
  readonly #requester: Requester;

  constructor(requester: Requester) {
    this.#requester = requester;
  }

  /** The operation as it stands. */
  async operation(id: string): Promise<Operation> {
    return this.#requester.get(`/v1/operations/${encodeURIComponent(id)}`);
  }

  /**
   * Asks until the operation is final (`posted` or `rejected`) or `timeoutMs` is over; then what is known.
   * An operation that no server asked knows yet may be in the queue of another, so that is waited for too.
   *
   * @throws LastroProblemError `operation_not_found` when it is still unknown at the end.
   */
  async waitFor(id: string, timeoutMs = 30_000): Promise<Operation> {
    const deadlineMs = Date.now() + timeoutMs;
    for (let pauseMs = POLL_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_MAX_MS)) {
      const operation = await this.operation(id).catch((error: unknown) => {
        if (error instanceof LastroProblemError && error.status === 404) return error;
        throw error;
      });
      const final = !(operation instanceof LastroProblemError) && operation.status !== 'accepted';
      if (final) return operation;
      if (Date.now() + pauseMs > deadlineMs) {
        if (operation instanceof LastroProblemError) throw operation;
        return operation;
      }
      await sleep(pauseMs);
    }
  }

  /** One page of the operations that fit, newest first. What is found follows the ledger after a moment. */
  async findOperations(query: OperationListQuery = {}): Promise<OperationPage> {
    return this.#requester.get(`/v1/operations${queryString(query)}`);
  }

  /** Every operation that fits, newest first, page after page. */
  allOperations(query: Omit<OperationListQuery, 'cursor'> = {}): AsyncGenerator<Operation, void, void> {
    return everyRow(
      (cursor) => this.findOperations({ ...query, ...cursor }),
      ({ operations }) => operations,
    );
  }

  /** How an operation is reversed so far, and what is left of it. */
  async reversals(operation: string): Promise<Reversals> {
    return this.#requester.get(`/v1/operations/${encodeURIComponent(operation)}/reversals`);
  }

  async account(id: string): Promise<Account> {
    return this.#requester.get(pathOf(id));
  }

  /** One page of the accounts that fit, in the order of their ids. */
  async accounts(query: AccountListQuery = {}): Promise<AccountPage> {
    return this.#requester.get(`/v1/accounts${queryString(query)}`);
  }

  /** Every account that fits, page after page. */
  allAccounts(query: Omit<AccountListQuery, 'cursor'> = {}): AsyncGenerator<Account, void, void> {
    return everyRow(
      (cursor) => this.accounts({ ...query, ...cursor }),
      ({ accounts }) => accounts,
    );
  }

  /** What an account holds, now or at a past moment: an instant (RFC 3339), or the sequence of an operation. */
  async balance(id: string, at?: Moment): Promise<AccountBalance> {
    return this.#requester.get(`${pathOf(id)}/balance${queryString({ at })}`);
  }

  /** One page of an account's entries, newest first. */
  async statement(id: string, query: StatementQuery = {}): Promise<Statement> {
    return this.#requester.get(`${pathOf(id)}/statement${queryString(query)}`);
  }

  /** Every entry of an account, newest first, page after page. */
  statementEntries(
    id: string,
    query: Omit<StatementQuery, 'cursor'> = {},
  ): AsyncGenerator<StatementEntry, void, void> {
    return everyRow(
      (cursor) => this.statement(id, { ...query, ...cursor }),
      ({ entries }) => entries,
    );
  }

  /** A statement as a file for spreadsheets, programs or accounting (`csv`, `jsonl`, `ofx`): its text, piece by piece, as it comes. */
  exportStatement(id: string, options: StatementExportOptions): AsyncGenerator<string, void, void> {
    return exportStatement(id, options, this.#requester);
  }

  /** A hold as it stands in the ledger; its id is that of the operation that made it. */
  async holdState(id: string): Promise<Hold> {
    return this.#requester.get(`/v1/holds/${encodeURIComponent(id)}`);
  }

  /** One page of the holds on an account, newest first. */
  async holds(account: string, query: HoldListQuery = {}): Promise<HoldPage> {
    return this.#requester.get(`${pathOf(account)}/holds${queryString(query)}`);
  }

  /** Every hold on an account, newest first, page after page. */
  allHolds(account: string, query: Omit<HoldListQuery, 'cursor'> = {}): AsyncGenerator<Hold, void, void> {
    return everyRow(
      (cursor) => this.holds(account, { ...query, ...cursor }),
      ({ holds }) => holds,
    );
  }

  /** A schedule as it stands. */
  async scheduleState(id: string): Promise<Schedule> {
    return this.#requester.get(`/v1/schedules/${encodeURIComponent(id)}`);
  }

  /** One page of the schedules, newest first. */
  async schedules(query: ScheduleListQuery = {}): Promise<SchedulePage> {
    return this.#requester.get(`/v1/schedules${queryString(query)}`);
  }

  /** Every schedule that fits, newest first, page after page. */
  allSchedules(query: Omit<ScheduleListQuery, 'cursor'> = {}): AsyncGenerator<Schedule, void, void> {
    return everyRow(
      (cursor) => this.schedules({ ...query, ...cursor }),
      ({ schedules }) => schedules,
    );
  }

  /** Debits and credits of each currency, summed over every account, now or at a past moment. */
  async trialBalance(at?: Moment): Promise<TrialBalance> {
    return this.#requester.get(`/v1/trial-balance${queryString({ at })}`);
  }
}

function pathOf(account: string): string {
  return `/v1/accounts/${encodeURIComponent(account)}`;
}
