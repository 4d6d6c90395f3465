import pg from 'pg';
import type { Content } from '../../simulation/clients/wire-content.ts';
import type { AccountRow, BatchRow, LedgerRow, LedgerTables } from './ledger-view.ts';

const PAGE_SIZE = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** The numbers that the tables keep for words; from the reference, not from the code that writes them. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'open',
  2: 'deposit',
  3: 'withdrawal',
  4: 'transfer',
  5: 'hold',
  6: 'capture',
  7: 'void',
  8: 'expiry',
  9: 'reversal',
  10: 'freeze',
  11: 'unfreeze',
  12: 'close',
  13: 'update',
};
const REASONS: Readonly<Record<number, string>> = {
  1: 'account_not_found',
  2: 'account_exists',
  3: 'insufficient_funds',
  4: 'currency_mismatch',
  5: 'same_account',
  6: 'balance_overflow',
  7: 'group_rejected',
  8: 'account_frozen',
  9: 'account_closed',
  10: 'account_not_empty',
  11: 'account_has_holds',
  12: 'limit_in_use',
  13: 'hold_not_found',
  14: 'hold_captured',
  15: 'hold_voided',
  16: 'hold_expired',
  17: 'capture_exceeds_hold',
  18: 'original_not_found',
  19: 'not_reversible',
  20: 'reversal_exceeds_rest',
};
/** Of these types a movement says the accounts, and no details do. */
const NAMED_BY_MOVEMENT = ['deposit', 'withdrawal', 'transfer'];
/** Of these types the amount is what the client has said. */
const AMOUNT_IS_SAID = [...NAMED_BY_MOVEMENT, 'hold'];

/** These end a hold unpaid. */
const RELEASES = ['void', 'expiry'];

interface OperationRow {
  readonly sequence: string;
  readonly id: string;
  readonly batch: string;
  readonly type: number;
  readonly reason: number | null;
  readonly amount: string | null;
  readonly debit: string | null;
  readonly debit_balance: string | null;
  readonly credit: string | null;
  readonly credit_balance: string | null;
  readonly currency: string | null;
  readonly accepted_at: Date;
  readonly accepted_by: string;
  readonly details: string | null;
  readonly posted_at: Date;
  /** Of the hold that it ended. */
  readonly held_amount: string | null;
}

/** Runs `work` on a connection of its own, straight to PostgreSQL. */
export async function withDatabase<Result>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: 60_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Everything that the ledger holds, past the services and their code, in one snapshot. */
export function readLedger(databaseUrl: string): Promise<LedgerTables> {
  return withDatabase(databaseUrl, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows: LedgerRow[] = [];
    for (let last = 0; ;) {
      const page = await readPage(client, last);
      rows.push(...page);
      if (page.length < PAGE_SIZE) break;
      last = page.at(-1)!.sequence;
    }
    return { rows, batches: await readBatches(client), accounts: await readAccounts(client) };
  });
}

async function readPage(client: pg.Client, after: number): Promise<LedgerRow[]> {
  const { rows } = await client.query<OperationRow>(
    `SELECT o.sequence, o.id, o.batch, o.type, o.reason, o.amount, d.id AS debit, o.debit_balance, c.id AS credit,
            o.credit_balance, d.currency, o.accepted_at, o.accepted_by, o.details, b.posted_at,
            (SELECT h.amount FROM operation h WHERE h.id = (o.details::json ->> 'hold')::uuid) AS held_amount
     FROM operation o LEFT JOIN batch b ON b.number = o.batch
     LEFT JOIN account d ON d.number = o.debit_account LEFT JOIN account c ON c.number = o.credit_account
     WHERE o.sequence > $1 ORDER BY o.sequence LIMIT ${PAGE_SIZE}`,
    [after],
  );
  return rows.map(rowOf);
}

function rowOf(row: OperationRow): LedgerRow {
  const moved = movedBy(row);
  return {
    sequence: Number(row.sequence),
    id: row.id,
    batch: Number(row.batch),
    content: contentOf(row, moved),
    reason: row.reason === null ? undefined : (REASONS[row.reason] ?? `reason ${row.reason}`),
    after:
      moved === undefined
        ? []
        : [
            { account: moved.from, balance: Number(row.debit_balance) },
            { account: moved.to, balance: Number(row.credit_balance) },
          ],
    moved,
    released: releasedBy(row),
    currency: row.reason === null && row.credit !== null ? (row.currency ?? undefined) : undefined,
    acceptedBy: row.accepted_by,
    acceptedAt: row.accepted_at.toISOString(),
    postedAt: row.posted_at?.toISOString() ?? 'no batch',
  };
}

/** An operation without balances moves nothing: its accounts are those that it is about. */
function movedBy({ debit, credit, debit_balance, amount }: OperationRow): LedgerRow['moved'] {
  if (debit === null || credit === null || debit_balance === null) return undefined;
  return { from: debit, to: credit, amount: Number(amount) };
}

function releasedBy({ type, reason, debit, credit, held_amount }: OperationRow): LedgerRow['released'] {
  if (!RELEASES.includes(TYPES[type] ?? '') || reason !== null || debit === null || credit === null)
    return undefined;
  return { from: debit, to: credit, amount: Number(held_amount) };
}

/** What was asked for: its accounts are named by what it moved, or in its details. */
function contentOf(row: OperationRow, moved: LedgerRow['moved']): Content {
  const type = TYPES[row.type] ?? `type ${row.type}`;
  const details = row.details === null ? {} : (JSON.parse(row.details) as Content);
  const amount = AMOUNT_IS_SAID.includes(type) ? { amount: Number(row.amount) } : {};
  return { id: row.id, type, ...details, ...accountsOf(type, moved), ...amount };
}

function accountsOf(type: string, moved: LedgerRow['moved']): Content {
  if (moved === undefined || !NAMED_BY_MOVEMENT.includes(type)) return {};
  const { from, to } = moved;
  return type === 'transfer' ? { from, to } : { account: type === 'deposit' ? to : from };
}

async function readBatches(client: pg.Client): Promise<BatchRow[]> {
  const { rows } = await client.query<{ [Field in keyof BatchRow]: string } & { at: Date }>(
    `SELECT number, first_sequence AS "firstSequence", operation_count AS "operationCount", posted_at AS at,
            encode(hash, 'hex') AS hash FROM batch ORDER BY number`,
  );
  return rows.map(({ number, firstSequence, operationCount, at, hash }) => ({
    number: Number(number),
    firstSequence: Number(firstSequence),
    operationCount: Number(operationCount),
    postedAt: at.toISOString(),
    hash,
  }));
}

async function readAccounts(client: pg.Client): Promise<AccountRow[]> {
  const { rows } = await client.query<Record<keyof AccountRow, string>>(
    `SELECT a.id, a.currency, s.balance, s.held, s.overdraft_limit AS "overdraftLimit"
     FROM account a LEFT JOIN account_balance s ON s.account = a.number`,
  );
  return rows.map(({ id, currency, balance, held, overdraftLimit }) => ({
    id,
    currency,
    balance: Number(balance),
    held: Number(held),
    overdraftLimit: Number(overdraftLimit),
  }));
}
