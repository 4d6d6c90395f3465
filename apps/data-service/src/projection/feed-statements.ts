import { TYPE_NUMBERS } from '@lastro/ledger';

/** What a feed reads and writes, all in PostgreSQL; the operations after $1 up to $2 are read by their primary key. */
export interface FeedStatements {
  /** Writes what operations are found by. */
  readonly listing: FeedStatement;
  /** Reads the account and its balance after every entry and opening, in sequence order. */
  readonly movements: FeedStatement;
  /** Writes balances: the accounts are $1, their balances $2. */
  readonly balances: FeedStatement;
}

interface FeedStatement {
  readonly name: string;
  readonly text: string;
}

/** The statements that feed the tables of `schema`. */
export function feedStatements(schema: string): FeedStatements {
  const named = (what: string, text: string) => ({ name: `${schema}-${what}`, text });
  return {
    listing: named('listing', listingText(schema)),
    movements: named('movements', MOVEMENTS),
    balances: named('balances', balancesText(schema)),
  };
}

const RANGE = 'o.sequence > $1 AND o.sequence <= $2';

/** An operation that is about accounts without moving money has them where others have those of their entries. */
const NO_PARTY = 'o.debit_account IS NULL AND o.credit_account IS NULL';

const HOLD_TYPES = [TYPE_NUMBERS.capture, TYPE_NUMBERS.void, TYPE_NUMBERS.expiry].join(', ');

/** The fields of an operation's details that name an account. */
const NAMING_FIELDS = ['account', 'from', 'to'];
const NAMED_IDS = NAMING_FIELDS.map((field) => `(o.details::json ->> '${field}')`).join(', ');

/** What was rejected names its accounts in its details, as an opening does, ... */
const NAMED = `
  SELECT DISTINCT n.id, o.sequence FROM operation o CROSS JOIN LATERAL (VALUES ${NAMED_IDS}) n (id)
  WHERE ${RANGE} AND ${NO_PARTY} AND o.details IS NOT NULL AND n.id IS NOT NULL`;

/** ... or names the hold that it is about, which was there before it, ... */
const OF_HOLDS = `
  SELECT n.account, o.sequence
  FROM operation o
  JOIN hold h ON h.id = (o.details::json ->> 'hold')::uuid AND h.opened_sequence < o.sequence
  CROSS JOIN LATERAL (VALUES (h.account), (h.payee)) n (account)
  WHERE ${RANGE} AND ${NO_PARTY} AND o.type = ANY('{${HOLD_TYPES}}')`;

/** ... or the operation that it would have reversed. */
const OF_REVERSED = `
  SELECT n.account, o.sequence
  FROM operation o
  JOIN operation r ON r.id = (o.details::json ->> 'operation')::uuid AND r.sequence < o.sequence
  CROSS JOIN LATERAL (VALUES (r.debit_account), (r.credit_account)) n (account)
  WHERE ${RANGE} AND ${NO_PARTY} AND o.type = ${TYPE_NUMBERS.reversal} AND r.debit_entry IS NOT NULL`;

function listingText(schema: string): string {
  return `
    WITH operations AS (
      INSERT INTO ${schema}.operation (sequence, amount, type, reason)
      SELECT o.sequence, o.amount, o.type, coalesce(o.reason, 0) FROM operation o WHERE ${RANGE} ORDER BY o.sequence
    ), entries AS (
      INSERT INTO ${schema}.entry (account, sequence)
      SELECT l.account, o.sequence
      FROM operation o CROSS JOIN LATERAL (VALUES (o.debit_account), (o.credit_account)) l (account)
      WHERE ${RANGE} AND l.account IS NOT NULL
      UNION ALL
      SELECT a.number, n.sequence FROM (${NAMED}) n JOIN account a ON a.id = n.id
      UNION ALL ${OF_HOLDS}
      UNION ALL ${OF_REVERSED}
      ORDER BY 1, 2
    ), strangers AS (
      INSERT INTO ${schema}.stranger (account_id, sequence)
      SELECT n.id, n.sequence FROM (${NAMED}) n
      WHERE NOT EXISTS (SELECT FROM account a WHERE a.id = n.id)
    )
    INSERT INTO ${schema}.metadata (key, value, sequence)
    SELECT m.key, m.value, o.sequence
    FROM operation o CROSS JOIN LATERAL json_each_text(o.details::json -> 'metadata') m
    WHERE ${RANGE} AND strpos(o.details, '"metadata":{') > 0`;
}

const MOVEMENTS = `
  SELECT account, balance FROM (
    SELECT l.account, l.balance, o.sequence
    FROM operation o
    CROSS JOIN LATERAL (VALUES (o.debit_account, o.debit_balance), (o.credit_account, o.credit_balance)) l (account, balance)
    WHERE ${RANGE} AND l.balance IS NOT NULL
    UNION ALL
    SELECT a.number, 0, o.sequence FROM operation o JOIN account a ON a.id = o.details::json ->> 'account'
    WHERE ${RANGE} AND o.type = ${TYPE_NUMBERS.open} AND o.reason IS NULL
  ) movement
  ORDER BY sequence`;

function balancesText(schema: string): string {
  return `
    INSERT INTO ${schema}.balance AS b (account, balance)
    SELECT account, balance FROM unnest($1::bigint[], $2::bigint[]) newest (account, balance) ORDER BY account
    ON CONFLICT (account) DO UPDATE SET balance = EXCLUDED.balance WHERE b.balance <> EXCLUDED.balance`;
}

/** Keeps every balance as it is at the position $1. */
export function snapshotStatements(schema: string): readonly string[] {
  return [
    `INSERT INTO ${schema}.snapshot (sequence, account, balance)
     SELECT $1, account, balance FROM ${schema}.balance WHERE balance <> 0 ORDER BY account`,
    `INSERT INTO ${schema}.snapshot_taken (sequence) VALUES ($1)`,
    `UPDATE ${schema}.position SET snapshot_sequence = $1`,
  ];
}
