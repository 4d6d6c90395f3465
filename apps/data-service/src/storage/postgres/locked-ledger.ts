import { type Account, ACCOUNT_STATUSES, type Hold, type Reversible, reversibleOf } from '@lastro/ledger';
import type pg from 'pg';
import type { BatchToWrite, CommitLookup, LedgerHead, LockedLedger, StoredOperation } from '../store.ts';
import { type AccountRow, accountOf } from './account-rows.ts';
import { int8Array, uuidArray } from './binary-arrays.ts';
import { selectHolds } from './hold-rows.ts';
import { HEAD_SQL, type HeadRow, headOf } from './head-row.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

/** Begins a commit: waits for the head row, and from then on is the only writer (design, section 5). */
export async function lockHead(client: pg.PoolClient): Promise<LedgerHead> {
  await client.query('BEGIN');
  const { rows } = await client.query<HeadRow>({ name: 'lock-head', text: `${HEAD_SQL} FOR UPDATE` });
  return headOf(rows);
}

/** What a commit asked for, as it stands under the lock. */
export async function lookUp(
  client: pg.PoolClient,
  head: LedgerHead,
  { accountIds, operationIds, holdIds, reversedIds, everyCashAccount, batchNumbers }: CommitLookup,
): Promise<LockedLedger> {
  const batchHashes = batchNumbers.length === 0 ? NO_HASHES : await selectHashes(client, batchNumbers);
  const holds = holdIds.length === 0 ? NO_HOLDS : await selectHolds(client, holdIds);
  const reversibles =
    reversedIds.length === 0 ? NO_REVERSIBLES : await selectReversibles(client, reversedIds);
  const ids = [...accountIds, ...partiesOf(holds.values(), reversibles.values())];
  const cash = everyCashAccount ? await selectCashAccounts(client) : [];
  const named = ids.length === 0 ? [] : await selectAccounts(client, ids);
  const operations = await selectOperations(client, operationIds);
  return { head, accounts: [...cash, ...named], operations, holds, reversibles, batchHashes };
}

const NO_HASHES: ReadonlyMap<number, Buffer> = new Map();
const NO_HOLDS: ReadonlyMap<string, Hold> = new Map();
const NO_REVERSIBLES: ReadonlyMap<string, Reversible> = new Map();

/** The accounts that the end of a hold, or a reversal, moves money between: the operation does not name them. */
function partiesOf(holds: Iterable<Hold>, reversibles: Iterable<Reversible>): string[] {
  const ids: string[] = [];
  for (const { from, to } of holds) ids.push(from, to);
  for (const { debit, credit } of reversibles) {
    if (debit !== undefined && credit !== undefined) ids.push(debit, credit);
  }
  return ids;
}

const ACCOUNT_SQL = `
  SELECT a.number, a.id, a.currency, s.overdraft_limit, s.balance, s.held, s.status, s.entry_count, s.last_sequence
  FROM account a JOIN account_balance s ON s.account = a.number`;

async function selectAccounts(client: pg.PoolClient, ids: readonly string[]): Promise<Account[]> {
  const text = `${ACCOUNT_SQL} WHERE a.id = ANY($1::text[])`;
  const { rows } = await client.query<AccountRow>({ name: 'accounts', text, values: [ids] });
  return rows.map(accountOf);
}

async function selectCashAccounts(client: pg.PoolClient): Promise<Account[]> {
  // '/' is the character after '.', so this is every id that starts with '@cash.'.
  const text = `${ACCOUNT_SQL} WHERE a.id >= '@cash.' AND a.id < '@cash/'`;
  const { rows } = await client.query<AccountRow>({ name: 'cash-accounts', text });
  return rows.map(accountOf);
}

async function selectHashes(client: pg.PoolClient, numbers: readonly number[]): Promise<Map<number, Buffer>> {
  const text = 'SELECT number, hash FROM batch WHERE number = ANY($1::bigint[])';
  const query = { name: 'hashes', text, values: [int8Array(numbers)] };
  const { rows } = await client.query<{ number: number; hash: Buffer }>(query);
  return new Map(rows.map(({ number, hash }) => [number, hash]));
}

async function selectOperations(
  client: pg.PoolClient,
  ids: readonly string[],
): Promise<Map<string, StoredOperation>> {
  // Nearly always none is known, and then the index alone answers; the rows are read only when some are.
  const probe = 'SELECT id FROM operation WHERE id = ANY($1::uuid[])';
  const known = await client.query<{ id: string }>({ name: 'probe', text: probe, values: [uuidArray(ids)] });
  if (known.rows.length === 0) return new Map();
  const text = `SELECT ${OPERATION_COLUMNS} FROM operation o ${OPERATION_JOINS} WHERE o.id = ANY($1::uuid[])`;
  const values = [uuidArray(known.rows.map((row) => row.id))];
  const { rows } = await client.query<OperationRow>({ name: 'known-operations', text, values });
  return new Map(rows.map((row) => [row.id, storedOperation(row)]));
}

/** The operations with these ids, as far as a reversal has to know them. */
export async function selectReversibles(
  client: pg.PoolClient,
  ids: readonly string[],
): Promise<Map<string, Reversible>> {
  const operations = [...(await selectOperations(client, ids)).values()];
  const text = `
    SELECT DISTINCT ON (original) original, reversed FROM reversal
    WHERE original = ANY($1::bigint[]) ORDER BY original, sequence DESC`;
  const { rows } = await client.query<{ original: number; reversed: number }>({
    name: 'reversed',
    text,
    values: [int8Array(operations.map(({ sequence }) => sequence))],
  });
  const reversed = new Map(rows.map((row) => [row.original, row.reversed]));
  return new Map(
    operations.map((operation) => [
      operation.content.id,
      reversibleOf(operation, reversed.get(operation.sequence) ?? 0),
    ]),
  );
}

/** Writes the accounts that a batch opens. */
export async function insertAccounts(client: pg.PoolClient, write: BatchToWrite): Promise<void> {
  const { opened } = write.outcome;
  if (opened.length === 0) return;
  const described = describeOpenings(write);
  const text = `
    WITH opened AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[],
                           $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
        AS o (number, id, currency, name, metadata, overdraft_limit, balance, entry_count, last_sequence, held, status)
    ), described AS (
      INSERT INTO account (number, id, currency, name, metadata, opened_at)
      SELECT number, id, currency, name, metadata, $12 FROM opened
    )
    INSERT INTO account_balance (account, balance, held, overdraft_limit, entry_count, last_sequence, status)
    SELECT number, balance, held, overdraft_limit, entry_count, last_sequence, status FROM opened`;
  const values = [
    int8Array(opened.map((account) => account.number)),
    opened.map((account) => account.id),
    opened.map((account) => account.currency),
    opened.map((account) => described.get(account.id)?.name ?? null),
    opened.map((account) => described.get(account.id)?.metadata ?? null),
    int8Array(opened.map((account) => account.overdraftLimit)),
    int8Array(opened.map((account) => account.balance)),
    int8Array(opened.map((account) => account.entryCount)),
    int8Array(opened.map((account) => account.lastSequence)),
    int8Array(opened.map((account) => account.held)),
    int8Array(opened.map((account) => ACCOUNT_STATUSES[account.status])),
    write.header.postedAt,
  ];
  await client.query({ name: 'insert-accounts', text, values });
}

/** Name and metadata of the accounts that a batch opens: the rules do not look at them. */
function describeOpenings(
  write: BatchToWrite,
): Map<string, { name: string | null; metadata: string | null }> {
  const described = new Map<string, { name: string | null; metadata: string | null }>();
  for (const { status, content } of write.outcome.applied) {
    if (status !== 'posted' || content.type !== 'open') continue;
    const metadata = content.metadata === undefined ? null : JSON.stringify(content.metadata);
    described.set(content.account, { name: content.name ?? null, metadata });
  }
  return described;
}
