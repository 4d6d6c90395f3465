import type { Schedule, ScheduleState } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import type pg from 'pg';
import { type Author, changeNoted } from '../audit/audit-trail.ts';
import { type PostgresSettings, sidePool, withConnection } from '../storage/postgres/connections.ts';
import {
  isSameSchedule,
  type NewSchedule,
  operationsOf,
  scheduleOf,
  SHOWN_COLUMNS,
  shownOf,
  type ShownRow,
  type StartedRow,
  stateNumber,
} from './schedule-rows.ts';

/** One for those who ask, and one for what is due. */
const CONNECTIONS_MAX = 2;

export interface NumberedSchedule {
  readonly number: number;
  readonly schedule: Schedule;
}

export interface StartedSchedule {
  readonly id: string;
  readonly operations: readonly AcceptedOperation[];
}

/** How much is to be done. */
export interface ScheduleFigures {
  readonly waiting: number;
  /** The earliest time of those that are not over; it may be to come. */
  readonly nextAt: string | null;
}

/**
 * Schedules in PostgreSQL, beside the ledger. `waiting` goes to `started` or to `cancelled`, in one statement each: so one of
 * them wins. Every method may be called again after a StoreUnavailableError, and throws nothing else.
 */
export class ScheduleStore {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;
  readonly #waitingMax: number;

  /** `waitingMax`: beyond so many that wait, new ones are refused. */
  constructor(settings: PostgresSettings, waitingMax: number) {
    this.#pool = sidePool(settings, CONNECTIONS_MAX, 'durable');
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
    this.#waitingMax = waitingMax;
  }

  /** Keeps a schedule; the same one again is found as it stands. `conflict`: the id is another's (I7). */
  create(schedule: NewSchedule): Promise<Schedule | 'conflict' | 'limit'> {
    const { id, scheduledFor, operations, acceptedBy, by } = schedule;
    return this.#run(async (client) => {
      const text = `
        INSERT INTO schedule
          (id, scheduled_for, operations, shown, operation_count, accepted_by, created_by, created_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp()
        WHERE (SELECT count(*) FROM (SELECT FROM schedule WHERE state = 0 LIMIT $8) AS waiting) < $8
        ON CONFLICT (id) DO NOTHING RETURNING ${SHOWN_COLUMNS}`;
      const values = [
        ...[id, new Date(scheduledFor), JSON.stringify(operations), shownOf(operations)],
        ...[operations.length, acceptedBy, by, this.#waitingMax],
      ];
      const details = { scheduledFor, operationCount: operations.length };
      const deed = { action: 'schedule_created', subject: id, details, by, acceptedBy } as const;
      const created = await changeNoted<ShownRow>(client, { text, values }, deed);
      if (created !== undefined) return scheduleOf(created);
      const known = await client.query<ShownRow & { readonly operations: string }>(
        `SELECT ${SHOWN_COLUMNS}, operations FROM schedule WHERE id = $1`,
        [id],
      );
      const [row] = known.rows;
      if (row === undefined) return 'limit';
      return isSameSchedule(row, schedule) ? scheduleOf(row) : 'conflict';
    });
  }

  find(id: string): Promise<Schedule | undefined> {
    return this.#run((client) => selectSchedule(client, id));
  }

  /** The newest first, below the number `before`. */
  list(query: {
    readonly state: ScheduleState | undefined;
    readonly before: number;
    readonly limit: number;
  }): Promise<NumberedSchedule[]> {
    const { state, before, limit } = query;
    const ofState = state === undefined ? '' : `AND state = ${stateNumber(state)}`;
    return this.#run(async (client) => {
      const { rows } = await client.query<ShownRow>(
        `SELECT ${SHOWN_COLUMNS} FROM schedule WHERE number < $1 ${ofState} ORDER BY number DESC LIMIT $2`,
        [before, limit],
      );
      return rows.map((row) => ({ number: row.number, schedule: scheduleOf(row) }));
    });
  }

  /** Cancels what still waits. What is cancelled already stays so; what has started is given as it stands. */
  cancel(id: string, author: Author): Promise<Schedule | undefined> {
    return this.#run(async (client) => {
      const text = `
        UPDATE schedule SET state = 3, ended_at = clock_timestamp()
        WHERE id = $1 AND state = 0 RETURNING ${SHOWN_COLUMNS}`;
      const deed = { action: 'schedule_cancelled', subject: id, ...author } as const;
      const cancelled = await changeNoted<ShownRow>(client, { text, values: [id] }, deed);
      return cancelled === undefined ? selectSchedule(client, id) : scheduleOf(cancelled);
    });
  }

  /** Starts what is due by the clock of the database, which all data services share; the earliest first, `limit` at most. */
  start(limit: number): Promise<void> {
    return this.#run(async (client) => {
      await client.query(
        `UPDATE schedule SET state = 1, started_at = clock_timestamp()
         WHERE id IN (
           SELECT id FROM schedule WHERE state = 0 AND scheduled_for <= now()
           ORDER BY scheduled_for, number LIMIT $1 FOR UPDATE SKIP LOCKED)`,
        [limit],
      );
    });
  }

  /** What has started and is not done, whoever started it; the earliest first. One at least, then as the limits allow. */
  started(limit: number, operationsMax: number): Promise<StartedSchedule[]> {
    return this.#run(async (client) => {
      const { rows } = await client.query<StartedRow>(
        `SELECT id, operations, accepted_by, started_at
         FROM (SELECT *, sum(operation_count) OVER (ORDER BY scheduled_for, number) - operation_count AS before
               FROM schedule WHERE state = 1 ORDER BY scheduled_for, number LIMIT $1) AS earliest
         WHERE before < $2 ORDER BY scheduled_for, number`,
        [limit, operationsMax],
      );
      return rows.map((row) => ({ id: row.id, operations: operationsOf(row) }));
    });
  }

  /** Ends schedules whose operations all have their results; `conflicts` are those of them with an id that is another's. */
  end(ids: readonly string[], conflicts: readonly string[]): Promise<void> {
    return this.#run(async (client) => {
      await client.query(
        `UPDATE schedule SET state = 2, ended_at = clock_timestamp(), conflict = id = ANY ($2::uuid[])
         WHERE id = ANY ($1::uuid[]) AND state = 1`,
        [ids, conflicts],
      );
    });
  }

  figures(): Promise<ScheduleFigures> {
    return this.#run(async (client) => {
      const { rows } = await client.query<{ waiting: number; next_at: string | null }>(
        `SELECT (SELECT count(*) FROM schedule WHERE state = 0) AS waiting,
                least((SELECT min(scheduled_for) FROM schedule WHERE state = 0),
                      (SELECT min(scheduled_for) FROM schedule WHERE state = 1)) AS next_at`,
      );
      return { waiting: rows[0]!.waiting, nextAt: rows[0]!.next_at };
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #run<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withConnection(this.#pool, this.#exchangeTimeoutMs, work);
  }
}

async function selectSchedule(client: pg.PoolClient, id: string): Promise<Schedule | undefined> {
  const { rows } = await client.query<ShownRow>(`SELECT ${SHOWN_COLUMNS} FROM schedule WHERE id = $1`, [id]);
  return rows[0] && scheduleOf(rows[0]);
}
