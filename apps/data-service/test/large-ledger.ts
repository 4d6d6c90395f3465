import type pg from 'pg';

export interface LargeLedger {
  readonly operations: number;
  readonly accounts: number;
}

/** Operations that a batch of it has. */
const BATCH_OPERATIONS = 1000;
/** One in so many is rejected, one in so many has metadata. */
const REJECTED = 20;
const WITH_METADATA = 10;

/**
 * Fills an empty ledger with rows that are as a data service would have written them, as far as reads look at them, in
 * one go by SQL: transfers between accounts, `a-1` to `a-N`, in BRL and USD, the even ones of which have names; what is rejected names an account that nobody has.
 */
export async function fillLargeLedger(client: pg.ClientBase, size: LargeLedger): Promise<void> {
  const { operations, accounts } = size;
  await client.query(`
    INSERT INTO account (number, id, currency, name, opened_at)
    SELECT n, 'a-' || n, CASE WHEN n % 100 = 0 THEN 'USD' ELSE 'BRL' END,
           CASE WHEN n % 2 = 0 THEN 'Name ' || md5(n::text) END, '2026-01-01T00:00:00Z'
    FROM generate_series(1, ${accounts}) n`);
  await client.query(`
    INSERT INTO batch (number, first_sequence, operation_count, posted_at, hash)
    SELECT b, (b - 1) * ${BATCH_OPERATIONS} + 1, ${BATCH_OPERATIONS},
           timestamptz '2026-01-01T00:00:00Z' + b * interval '1 minute', '\\x00'
    FROM generate_series(1, ${operations / BATCH_OPERATIONS}) b`);
  await client.query(`
    INSERT INTO operation (sequence, id, batch, type, reason, amount, debit_account, debit_entry, debit_previous,
      debit_balance, credit_account, credit_entry, credit_previous, credit_balance, accepted_at, accepted_by, details)
    SELECT n, lpad(to_hex(n), 32, '0')::uuid, (n - 1) / ${BATCH_OPERATIONS} + 1, 4, reason, amount,
           debit, entry, previous, -amount * entry, credit, entry, previous, amount * entry,
           timestamptz '2026-01-01T00:00:00Z', 'business-1', details
    FROM (
      SELECT n, 1 + hashint8(n) % 100000 * sign(hashint8(n))::int AS amount,
             CASE WHEN rejected THEN 3 END AS reason,
             CASE WHEN rejected THEN NULL ELSE a END AS debit, CASE WHEN rejected THEN NULL ELSE b END AS credit,
             CASE WHEN rejected THEN NULL ELSE 1 END AS entry, CASE WHEN rejected THEN NULL ELSE 0 END AS previous,
             CASE WHEN rejected THEN json_build_object('from', 'a-' || a, 'to', 'unknown-' || b)::text
                  WHEN n % ${WITH_METADATA} = 0 THEN '{"metadata":{"order":"' || n || '","shop":"' || n % 7 || '"}}' END AS details
      FROM (
        SELECT n, n % ${REJECTED} = 0 AS rejected, 1 + abs(hashint8(n)::bigint) % ${accounts} AS a,
               1 + (1 + abs(hashint8(n)::bigint)) % ${accounts} AS b
        FROM generate_series(1, ${operations}) n
      ) chosen
    ) made`);
  await client.query(`
    INSERT INTO account_balance (account, balance, held, overdraft_limit, entry_count, last_sequence)
    SELECT a.number, coalesce(sum(l.change), 0), 0, 0, count(l.change), coalesce(max(l.sequence), 0)
    FROM account a LEFT JOIN (
      SELECT debit_account AS account, -amount AS change, sequence FROM operation
      UNION ALL SELECT credit_account, amount, sequence FROM operation
    ) l ON l.account = a.number GROUP BY a.number`);
  await client.query(`
    UPDATE ledger_head SET sequence = ${operations}, batch = ${operations / BATCH_OPERATIONS},
      account_count = ${accounts}, posted_at = (SELECT max(posted_at) FROM batch)`);
}
