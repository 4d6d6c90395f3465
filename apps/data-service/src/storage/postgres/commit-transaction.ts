import assert from 'node:assert/strict';
import type { Account } from '@lastro/ledger';
import type pg from 'pg';
import type { BatchToWrite, CommitLookup, LedgerHead, LockedLedger, StoredOperation } from '../store.ts';
import type { AccountCache } from './account-cache.ts';
import { type AccountRow, accountOf } from './account-rows.ts';
import { int8Array, uuidArray } from './binary-arrays.ts';
import { copyRecords } from './copy-records.ts';
import { OPERATION_COLUMNS, OPERATION_JOINS, type OperationRow, storedOperation } from './operation-rows.ts';

/** Every entry of an account whose number is a multiple of this gets a checkpoint. */
export const CHECKPOINT_ENTRIES = 64;

/** Begins a commit: waits for the head row, and from then on is the only writer (design, section 5). */
export async function lockHead(client: pg.PoolClient): Promise<LedgerHead> {
  await client.query('BEGIN');
  const { rows } = await client.query<HeadRow>({ name: 'lock-head', text: `${HEAD_SQL} FOR UPDATE` });
  return headOf(rows);
}

export const HEAD_SQL = 'SELECT sequence, batch, hash, account_count, posted_at FROM ledger_head';

export interface HeadRow {
  readonly sequence: number;
  readonly batch: number;
  readonly hash: Buffer;
  readonly account_count: number;
  readonly posted_at: string;
}

export function headOf(rows: readonly HeadRow[]): LedgerHead {
  const [row] = rows;
  assert(row !== undefined, 'the ledger has no head row');
  const { sequence, batch, hash, account_count: accountCount, posted_at: postedAt } = row;
  return { sequence, batch, hash, accountCount, postedAt };
}

/** What `decide` is shown: the ledger under lock, with every operation and account of `lookup` in memory. */
export async function loadLockedLedger(
  client: pg.PoolClient,
  cache: AccountCache,
  head: LedgerHead,
  lookup: CommitLookup,
): Promise<LockedLedger> {
  if (!cache.fence(head)) cache.remember(await selectCashAccounts(client));
  const unknown = new Set(lookup.accountIds.filter((id) => !cache.has(id)));
  if (unknown.size > 0) cache.remember(await selectAccounts(client, [...unknown]));
  const known = await selectOperations(client, lookup.operationIds);
  return {
    head,
    sequence: head.sequence,
    accountCount: head.accountCount,
    findAccount: (id) => cache.get(id),
    findOperation: (id) => known.get(id),
  };
}

const ACCOUNT_SQL = `
  SELECT a.number, a.id, a.currency, s.overdraft_limit, s.balance, s.held, s.entry_count, s.last_sequence
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

/** Writes a decided batch and commits. When this returns, it is on disk (I1). */
export async function writeBatch(
  client: pg.PoolClient,
  head: LedgerHead,
  write: BatchToWrite,
): Promise<LedgerHead> {
  const { header, hash, outcome } = write;
  await copyRecords(client, write.records);
  if (outcome.opened.length > 0) await insertAccounts(client, outcome.opened, write);
  if (outcome.changed.length > 0) await updateBalances(client, outcome.changed);
  await insertCheckpoints(client, write);
  const newHead: LedgerHead = {
    sequence: head.sequence + header.operationCount,
    batch: header.number,
    hash,
    accountCount: head.accountCount + outcome.opened.length,
    postedAt: header.postedAt,
  };
  await moveHead(client, write, newHead);
  await client.query('COMMIT');
  return newHead;
}

async function insertAccounts(
  client: pg.PoolClient,
  opened: readonly Account[],
  write: BatchToWrite,
): Promise<void> {
  const described = describeOpenings(write);
  const text = `
    WITH opened AS (
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[],
                           $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
        AS o (number, id, currency, name, metadata, overdraft_limit, balance, entry_count, last_sequence)
    ), described AS (
      INSERT INTO account (number, id, currency, name, metadata, opened_at)
      SELECT number, id, currency, name, metadata, $10 FROM opened
    )
    INSERT INTO account_balance (account, balance, held, overdraft_limit, entry_count, last_sequence)
    SELECT number, balance, 0, overdraft_limit, entry_count, last_sequence FROM opened`;
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

async function updateBalances(client: pg.PoolClient, changed: readonly Account[]): Promise<void> {
  const text = `
    UPDATE account_balance s
    SET balance = n.balance, entry_count = n.entry_count, last_sequence = n.last_sequence
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n (account, balance, entry_count, last_sequence)
    WHERE s.account = n.account`;
  // In the order of the table, so that neighbours are written together.
  const ordered = [...changed].sort((a, b) => a.number - b.number);
  const values = [
    int8Array(ordered.map((account) => account.number)),
    int8Array(ordered.map((account) => account.balance)),
    int8Array(ordered.map((account) => account.entryCount)),
    int8Array(ordered.map((account) => account.lastSequence)),
  ];
  const { rowCount } = await client.query({ name: 'update-balances', text, values });
  assert(rowCount === changed.length, `${changed.length} balances to write, ${rowCount} rows found`);
}

async function insertCheckpoints(client: pg.PoolClient, write: BatchToWrite): Promise<void> {
  const accounts: number[] = [];
  const sequences: number[] = [];
  for (const operation of write.outcome.applied) {
    if (operation.status !== 'posted' || operation.posting === undefined) continue;
    for (const { entry, accountNumber } of [operation.posting.debit, operation.posting.credit]) {
      if (entry % CHECKPOINT_ENTRIES !== 0) continue;
      accounts.push(accountNumber);
      sequences.push(operation.sequence);
    }
  }
  if (accounts.length === 0) return;
  const text =
    'INSERT INTO account_checkpoint (account, sequence) SELECT * FROM unnest($1::bigint[], $2::bigint[])';
  await client.query({
    name: 'insert-checkpoints',
    text,
    values: [int8Array(accounts), int8Array(sequences)],
  });
}

async function moveHead(
  client: pg.PoolClient,
  { header, hash }: BatchToWrite,
  head: LedgerHead,
): Promise<void> {
  const text = `
    WITH written AS (
      INSERT INTO batch (number, first_sequence, operation_count, posted_at, hash) VALUES ($1, $2, $3, $4, $5)
    )
    UPDATE ledger_head SET sequence = $6, batch = $1, hash = $5, account_count = $7, posted_at = $4`;
  const values = [
    header.number,
    header.firstSequence,
    header.operationCount,
    header.postedAt,
    hash,
    head.sequence,
    head.accountCount,
  ];
  await client.query({ name: 'move-head', text, values });
}
