import assert from 'node:assert/strict';
import type { AccountListQuery, CommittedBatch, Moment } from '@lastro/contract';
import type pg from 'pg';
import {
  type AccountView,
  type BalanceView,
  type BatchToWrite,
  type CommitLookup,
  type CommittedBatches,
  type HoldPage,
  type HoldRange,
  type HoldView,
  type LedgerHead,
  type LedgerStore,
  type LockedLedger,
  type ReversalsView,
  type StatementPage,
  type StatementRange,
  type StoredOperation,
  type TrialBalanceLine,
} from '../store.ts';
import { selectStatement } from './account-chain.ts';
import {
  selectAccount,
  selectAccountPage,
  selectBalances,
  selectBalanceAt,
  selectTrialBalance,
} from './account-reads.ts';
import { selectBatch, selectBatches, selectOperations } from './batch-rows.ts';
import { beginAtSteps, COMMIT_STATEMENTS, commitSteps, writeSteps } from './batch-steps.ts';
import {
  commitPool,
  inSnapshot,
  type PostgresSettings,
  readPool,
  withAnyConnection,
  withConnection,
} from './connections.ts';
import type { DatabaseSafety } from './database-safety.ts';
import { HEAD_SQL, type HeadRow, headOf } from './head-row.ts';
import { selectDueHolds, selectHoldPage, selectHolds } from './hold-rows.ts';
import { insertAccounts, lockHead, lookUp } from './locked-ledger.ts';
import { migrate } from './migrate.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';
import { isPassedBy } from './postgres-errors.ts';
import { selectReversals } from './reversal-rows.ts';
import { prepare, runPipeline } from './statement-pipeline.ts';
import { withStandbys } from './standby-wait.ts';

/** The ledger in PostgreSQL 15 or newer. */
export class PostgresStore implements LedgerStore, CommittedBatches {
  readonly #reads: pg.Pool;
  readonly #commits: pg.Pool;
  readonly #exchangeTimeoutMs: number;
  readonly #safety: DatabaseSafety | undefined;

  /** With `safety`, nothing is committed where that says no. */
  constructor(settings: PostgresSettings, safety?: DatabaseSafety) {
    this.#reads = readPool(settings);
    this.#commits = commitPool(settings);
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
    this.#safety = safety;
  }

  get #commitSteps() {
    return commitSteps(this.#safety?.standbysMin ?? 0);
  }

  /** Brings the schema up to date. @throws StoreUnavailableError, NewerSchemaError */
  async migrate(): Promise<void> {
    await migrate(this.#commits);
  }

  append(onto: LedgerHead, write: BatchToWrite): Promise<boolean> {
    assert(write.outcome.opened.length === 0, 'accounts are opened under the lock');
    return this.#withCommitConnection(async (client) => {
      try {
        await runPipeline(client, [...beginAtSteps(onto), ...writeSteps(write), ...this.#commitSteps]);
        return true;
      } catch (error) {
        if (!isPassedBy(error)) throw error;
        await client.query('ROLLBACK');
        return false;
      }
    });
  }

  commit<Decision extends { readonly write: BatchToWrite | undefined }>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    decide: (ledger: LockedLedger) => Decision,
  ): Promise<Decision> {
    return this.#withCommitConnection(async (client) => {
      const head = await lockHead(client);
      const decision = decide(await lookUp(client, head, lookupAt(head)));
      if (decision.write === undefined) {
        // What is here already may be on no standby yet, where this server crashed in the middle of that commit. The lock
        // has written to the log, so this commit waits until the standbys have all that came before it, too (I1, I6).
        await runPipeline(client, this.#commitSteps);
        return decision;
      }
      await insertAccounts(client, decision.write);
      await runPipeline(client, [...writeSteps(decision.write), ...this.#commitSteps]);
      return decision;
    });
  }

  inspect<Result>(
    lookupAt: (head: LedgerHead) => CommitLookup,
    look: (ledger: LockedLedger) => Result,
  ): Promise<Result> {
    return this.#inSnapshot(async (client) => {
      const head = headOf((await client.query<HeadRow>(HEAD_SQL)).rows);
      return look(await lookUp(client, head, lookupAt(head)));
    });
  }

  #withCommitConnection<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withConnection(this.#commits, this.#exchangeTimeoutMs, async (client) => {
      await this.#safety?.requireOn(client);
      await prepare(client, COMMIT_STATEMENTS);
      return withStandbys(client, () => work(client));
    });
  }

  head(): Promise<LedgerHead> {
    return this.#read(async (client) => headOf((await client.query<HeadRow>(HEAD_SQL)).rows));
  }

  findOperation(id: string): Promise<StoredOperation | undefined> {
    return this.#read(async (client) => {
      const text = `SELECT ${OPERATION_COLUMNS} FROM operation o ${OPERATION_JOINS} WHERE o.id = $1`;
      const { rows } = await client.query<OperationRow>({ name: 'operation', text, values: [id] });
      return rows[0] && storedOperation(rows[0]);
    });
  }

  findAccount(id: string): Promise<AccountView | undefined> {
    return this.#read((client) => selectAccount(client, id));
  }

  dueHolds(at: string, limit: number): Promise<readonly string[]> {
    return this.#read((client) => selectDueHolds(client, at, limit));
  }

  findHold(id: string): Promise<HoldView | undefined> {
    return this.#read(async (client) => (await selectHolds(client, [id])).get(id));
  }

  holds(accountId: string, range: HoldRange): Promise<HoldPage | undefined> {
    return this.#inSnapshot(async (client) => {
      const account = await selectAccount(client, accountId);
      return account && selectHoldPage(client, account, range);
    });
  }

  reversals(operationId: string): Promise<ReversalsView | undefined> {
    return this.#inSnapshot((client) => selectReversals(client, operationId));
  }

  listAccounts(query: AccountListQuery & { readonly limit: number }): Promise<readonly AccountView[]> {
    return this.#read((client) => selectAccountPage(client, query));
  }

  balances(accountIds: readonly string[]): Promise<readonly (BalanceView | undefined)[]> {
    return this.#read((client) => selectBalances(client, accountIds));
  }

  balanceAt(accountId: string, at: Moment): Promise<BalanceView | undefined> {
    return this.#inSnapshot((client) => selectBalanceAt(client, accountId, at));
  }

  statement(accountId: string, range: StatementRange): Promise<StatementPage | undefined> {
    return this.#inSnapshot(async (client) => {
      const account = await selectAccount(client, accountId);
      return account && selectStatement(client, account, range);
    });
  }

  trialBalance(): Promise<{ sequence: number; lines: readonly TrialBalanceLine[] }> {
    return this.#inSnapshot(selectTrialBalance);
  }

  batches(before: number | undefined, limit: number): Promise<readonly CommittedBatch[]> {
    return this.#read((client) => selectBatches(client, before, limit));
  }

  batch(number: number): Promise<CommittedBatch | undefined> {
    return this.#read((client) => selectBatch(client, number));
  }

  operations(range: {
    readonly first: number;
    readonly last: number;
    readonly limit: number;
  }): Promise<readonly StoredOperation[]> {
    return this.#read((client) => selectOperations(client, range));
  }

  async ping(): Promise<void> {
    await this.#read((client) => client.query('SELECT 1'));
  }

  async close(): Promise<void> {
    await Promise.all([this.#reads.end(), this.#commits.end()]);
  }

  /** A read changes nothing, so it may be done twice. */
  #read<Result>(read: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withAnyConnection(this.#reads, this.#exchangeTimeoutMs, read);
  }

  /** Several statements that see one state of the ledger. */
  #inSnapshot<Result>(read: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return this.#read((client) => inSnapshot(client, () => read(client)));
  }
}
