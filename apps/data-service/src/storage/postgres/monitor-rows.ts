import type { Monitor, SubmittedMonitor } from '@lastro/contract';
import type pg from 'pg';
import { type Author, changeNoted } from '../../audit/audit-trail.ts';

interface Row {
  readonly number: number;
  readonly id: string;
  readonly account_id: string;
  readonly below: number | null;
  readonly above: number | null;
  readonly from_sequence: number;
  readonly created_at: string;
}

const COLUMNS = 'm.number, m.id, a.id AS account_id, m.below, m.above, m.from_sequence, m.created_at';

/**
 * Where the ledger stands, held there until the statement is over. The lock lets no commit through meanwhile, so every
 * operation after this sequence is committed after the monitor is there (or gone) for everybody to see: whoever reads
 * those operations, whenever, finds the same monitors. It is held for a single statement, never over a round trip.
 */
const HEAD_HELD = 'SELECT sequence FROM ledger_head FOR SHARE';

/** What became of a monitor that was to be added. */
export type MonitorAdded = { readonly monitor: Monitor } | 'account_unknown' | 'limit';

/** Adds a monitor, or finds the one that was added under this id. `countMax`: most that may be there. */
export async function insertMonitor(
  client: pg.PoolClient,
  { id, account, below, above }: SubmittedMonitor,
  countMax: number,
  author: Author,
): Promise<MonitorAdded> {
  const known = await selectMonitor(client, id);
  if (known !== undefined) return { monitor: known };
  const { rows } = await client.query<{ count: number; account: number | null }>(
    `SELECT (SELECT count(*) FROM monitor WHERE until_sequence IS NULL) AS count,
            (SELECT number FROM account WHERE id = $1) AS account`,
    [account],
  );
  const { count, account: accountNumber } = rows[0]!;
  if (accountNumber === null) return 'account_unknown';
  if (count >= countMax) return 'limit';
  const text = `
    INSERT INTO monitor (id, account, below, above, from_sequence)
    SELECT $1, $2, $3, $4, h.sequence FROM (${HEAD_HELD}) h ON CONFLICT (id) DO NOTHING RETURNING id`;
  const values = [id, accountNumber, below ?? null, above ?? null];
  const details = { account, below, above };
  await changeNoted(client, { text, values }, { action: 'monitor_created', subject: id, details, ...author });
  return { monitor: (await selectMonitor(client, id))! };
}

async function selectMonitor(client: pg.PoolClient, id: string): Promise<Monitor | undefined> {
  const text = `SELECT ${COLUMNS} FROM monitor m JOIN account a ON a.number = m.account WHERE m.id = $1`;
  const { rows } = await client.query<Row>(text, [id]);
  return rows[0] && monitorOf(rows[0]);
}

/** A monitor with its number, which is where the page after it begins. */
export interface NumberedMonitor {
  readonly number: number;
  readonly monitor: Monitor;
}

/** Monitors that are not removed, oldest first. */
export async function selectMonitors(
  client: pg.PoolClient,
  query: { readonly account?: string | undefined; readonly after: number; readonly limit: number },
): Promise<NumberedMonitor[]> {
  const text = `
    SELECT ${COLUMNS} FROM monitor m JOIN account a ON a.number = m.account
    WHERE m.until_sequence IS NULL AND m.number > $1 AND ($2::text IS NULL OR a.id = $2)
    ORDER BY m.number LIMIT $3`;
  const { rows } = await client.query<Row>(text, [query.after, query.account ?? null, query.limit]);
  return rows.map((row) => ({ number: row.number, monitor: monitorOf(row) }));
}

/** Removes a monitor: it counts up to where the ledger stands. `false`: there is none of this id any more. */
export async function removeMonitor(client: pg.PoolClient, id: string, author: Author): Promise<boolean> {
  const text = `
    UPDATE monitor SET until_sequence = h.sequence FROM (${HEAD_HELD}) h
    WHERE id = $1 AND until_sequence IS NULL RETURNING id`;
  const deed = { action: 'monitor_deleted', subject: id, ...author } as const;
  return (await changeNoted(client, { text, values: [id] }, deed)) !== undefined;
}

function monitorOf(row: Row): Monitor {
  return {
    id: row.id,
    account: row.account_id,
    ...(row.below === null ? {} : { below: row.below }),
    ...(row.above === null ? {} : { above: row.above }),
    fromSequence: row.from_sequence,
    createdAt: row.created_at,
  };
}
