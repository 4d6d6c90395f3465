import type pg from 'pg';
import type {
  BalanceAfter,
  LoggedOperation,
  OperationLog,
  WatchedBalance,
} from '../../events/operation-log.ts';
import { type PostgresSettings, readPool, withConnection } from './connections.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

interface MonitorRow {
  readonly number: number;
  readonly id: string;
  readonly account: number;
  readonly below: number | null;
  readonly above: number | null;
  readonly from_sequence: number;
  readonly until_sequence: number | null;
}

interface BalancesRow {
  readonly sequence: number;
  readonly debit_account: number;
  readonly debit_balance: number;
  readonly credit_account: number;
  readonly credit_balance: number;
}

/** The log of the ledger in PostgreSQL, on a few connections of its own: followers never keep a read waiting. */
export class PostgresOperationLog implements OperationLog {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;

  constructor(settings: PostgresSettings) {
    this.#pool = readPool(settings);
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
  }

  async newest(): Promise<number> {
    const rows = await this.#select<{ sequence: number }>(
      'log-newest',
      'SELECT sequence FROM ledger_head',
      [],
    );
    return rows[0]!.sequence;
  }

  async operationsAfter(sequence: number, limit: number): Promise<readonly LoggedOperation[]> {
    const text = `
      SELECT ${OPERATION_COLUMNS} FROM (
        SELECT * FROM operation WHERE sequence > $1 ORDER BY sequence LIMIT $2
      ) o ${OPERATION_JOINS} ORDER BY o.sequence`;
    const rows = await this.#select<OperationRow>('log-page', text, [sequence, limit]);
    return rows.map((row) => ({
      ...storedOperation(row),
      partyIds: [row.debit_id, row.credit_id].filter((id) => id !== null),
    }));
  }

  /**
   * Read after the operations, so nobody is missed: a monitor is committed before the first operation that it counts for
   * (monitor-rows.ts).
   */
  async watchedBalances(
    accountNumbers: readonly number[],
    { first, last }: { readonly first: number; readonly last: number },
  ): Promise<readonly WatchedBalance[]> {
    const text = `
      SELECT number, id, account, below, above, from_sequence, until_sequence FROM monitor
      WHERE account = ANY($1::bigint[]) AND from_sequence < $3 AND (until_sequence IS NULL OR until_sequence >= $2)
      ORDER BY number`;
    const rows = await this.#select<MonitorRow>('log-monitors', text, [accountNumbers, first, last]);
    return rows.map((row) => ({
      number: row.number,
      id: row.id,
      accountNumber: row.account,
      below: row.below ?? undefined,
      above: row.above ?? undefined,
      fromSequence: row.from_sequence,
      untilSequence: row.until_sequence ?? undefined,
    }));
  }

  async balancesAfter(sequences: readonly number[]): Promise<readonly BalanceAfter[]> {
    const text = `
      SELECT sequence, debit_account, debit_balance, credit_account, credit_balance FROM operation
      WHERE sequence = ANY($1::bigint[])`;
    const rows = await this.#select<BalancesRow>('log-balances', text, [sequences]);
    return rows.flatMap((row) => [
      { sequence: row.sequence, accountNumber: row.debit_account, balance: row.debit_balance },
      { sequence: row.sequence, accountNumber: row.credit_account, balance: row.credit_balance },
    ]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #select<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    return withConnection(this.#pool, this.#exchangeTimeoutMs, async (client) => {
      const { rows } = await client.query<Row>({ name, text, values: [...values] });
      return rows;
    });
  }
}
