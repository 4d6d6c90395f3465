import assert from 'node:assert/strict';
import {
  contentOfRecord,
  type Details,
  type Entry,
  type HeldMoney,
  operationTypeOf,
  type Parties,
  type Posting,
  reasonOf,
  TYPE_NUMBERS,
} from '@lastro/ledger';
import type { StoredOperation } from '../store.ts';

/** Columns of an operation `o` with its batch `b`, and the accounts `d` and `c` that it debits and credits. */
export const OPERATION_COLUMNS = `
  o.sequence, o.id, o.batch, o.type, o.reason, o.amount,
  o.debit_account, o.debit_entry, o.debit_previous, o.debit_balance,
  o.credit_account, o.credit_entry, o.credit_previous, o.credit_balance,
  o.accepted_at, o.accepted_by, o.details, b.posted_at,
  d.id AS debit_id, c.id AS credit_id, d.currency,
  CASE WHEN o.type IN (${TYPE_NUMBERS.void}, ${TYPE_NUMBERS.expiry}) AND o.reason IS NULL
       THEN (SELECT h.amount FROM hold h WHERE h.id = (o.details::json ->> 'hold')::uuid) END AS released_amount`;

export const OPERATION_JOINS = `
  JOIN batch b ON b.number = o.batch
  LEFT JOIN account d ON d.number = o.debit_account
  LEFT JOIN account c ON c.number = o.credit_account`;

export interface OperationRow {
  readonly sequence: number;
  readonly id: string;
  readonly batch: number;
  readonly type: number;
  readonly reason: number | null;
  readonly amount: number | null;
  readonly debit_account: number | null;
  readonly debit_entry: number | null;
  readonly debit_previous: number | null;
  readonly debit_balance: number | null;
  readonly credit_account: number | null;
  readonly credit_entry: number | null;
  readonly credit_previous: number | null;
  readonly credit_balance: number | null;
  readonly accepted_at: string;
  readonly accepted_by: string;
  readonly details: string | null;
  readonly posted_at: string;
  readonly debit_id: string | null;
  readonly credit_id: string | null;
  readonly currency: string | null;
  /** What the hold had reserved that a void or an expiry has ended. */
  readonly released_amount: number | null;
}

/** An operation from its row. A row that this version cannot understand is a fault, never skipped. */
export function storedOperation(row: OperationRow): StoredOperation {
  const type = operationTypeOf(row.type);
  assert(
    type !== undefined,
    `operation ${row.sequence} has type ${row.type}, which this version does not know`,
  );
  const posting = postingOf(row);
  const parties = partiesOf(row);
  const details = row.details === null ? {} : (JSON.parse(row.details) as Details);
  const content = contentOfRecord(
    {
      id: row.id,
      type,
      amount: row.amount ?? undefined,
      acceptedBy: row.accepted_by,
      acceptedAt: row.accepted_at,
    },
    posting && { debit: posting.debit.accountId, credit: posting.credit.accountId },
    details,
  );
  const place = { sequence: row.sequence, content, batch: row.batch, postedAt: row.posted_at };
  if (row.reason === null)
    return { status: 'posted', ...place, ...(posting && { posting }), ...(parties && { parties }) };
  const reason = reasonOf(row.reason);
  assert(
    reason !== undefined,
    `operation ${row.sequence} has reason ${row.reason}, which this version does not know`,
  );
  const { failedOperation } = details;
  return {
    status: 'rejected',
    ...place,
    reason,
    ...(failedOperation === undefined ? {} : { failedOperation }),
  };
}

/** The accounts that the operation is about, where it has no entry on them. */
function partiesOf(row: OperationRow): Parties | undefined {
  if (row.debit_account === null || row.debit_entry !== null) return undefined;
  return { debit: row.debit_account, credit: row.credit_account ?? undefined, held: heldMoneyOf(row) };
}

function heldMoneyOf(row: OperationRow): HeldMoney | undefined {
  const { debit_id: from, credit_id: to, currency } = row;
  const amount = row.amount ?? row.released_amount;
  if (from === null || to === null || currency === null || amount === null) return undefined;
  return { from, to, amount, currency };
}

function postingOf(row: OperationRow): Posting | undefined {
  if (row.debit_account === null || row.credit_account === null || row.debit_entry === null) return undefined;
  assert(row.debit_id !== null && row.credit_id !== null && row.currency !== null && row.amount !== null);
  return {
    amount: row.amount,
    currency: row.currency,
    debit: entryOf(row.debit_account, row.debit_id, row.debit_entry, row.debit_previous, row.debit_balance),
    credit: entryOf(
      row.credit_account,
      row.credit_id,
      row.credit_entry,
      row.credit_previous,
      row.credit_balance,
    ),
  };
}

function entryOf(
  accountNumber: number,
  accountId: string,
  entry: number | null,
  previousSequence: number | null,
  balance: number | null,
): Entry {
  assert(
    entry !== null && previousSequence !== null && balance !== null,
    `entry of account ${accountNumber} is incomplete`,
  );
  return { accountNumber, accountId, entry, previousSequence, balance };
}
