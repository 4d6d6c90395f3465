import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { type VerifiedHead, verifyLedger } from '../src/verify/verify-ledger.ts';
import { ACCOUNT_LIFE_REASONS, accountLife, hold, operation, type TimedBatch } from './account-life.ts';
import { fillSmallBank, post, transfer } from './commit-batches.ts';
import { createFilledLedger } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';

describe('verifying holds, reversals and the life of accounts', () => {
  let filled: TestDatabase;
  /** A copy of it for each test. */
  let database: TestDatabase;
  let store: PostgresStore;
  /** Between the two parts of `accountLife`. */
  let saved: VerifiedHead;

  async function postAll(store: PostgresStore, batches: readonly TimedBatch[]): Promise<string[]> {
    const reasons: string[] = [];
    for (const { operations, postedAt } of batches) {
      for (const each of await post(store, operations, postedAt))
        reasons.push(each.status === 'posted' ? 'posted' : each.reason);
    }
    return reasons;
  }

  beforeAll(async () => {
    filled = await createFilledLedger(async (store, { url }) => {
      await fillSmallBank(store);
      const { first, second } = accountLife();
      const reasons = await postAll(store, first);
      ({ head: saved } = await verifyLedger({ databaseUrl: url }));
      reasons.push(...(await postAll(store, second)));
      expect(reasons).toEqual(ACCOUNT_LIFE_REASONS);
    });
  });
  afterAll(() => filled.drop());
  beforeEach(async () => {
    database = await createTestDatabase(filled);
    store = openTestStore(database.url);
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  async function tamper(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      for (const { rowCount } of [await client.query(sql)].flat())
        expect(rowCount, 'the tampering itself must work').toBeGreaterThan(0);
    } finally {
      await client.end();
    }
  }
  const verify = (since?: VerifiedHead) => verifyLedger({ databaseUrl: database.url, since });
  const findings = async (since?: VerifiedHead) =>
    (await verify(since)).findings.map(({ where, problem }) => `${where}: ${problem}`);

  it('finds nothing in a ledger that nobody touched, from the beginning and since a head', async () => {
    const full = await verify();
    const since = await verify(saved);
    expect(full.findings).toEqual([]);
    expect(since.findings).toEqual([]);
    expect(since.head).toEqual(full.head);
    expect(full.head).toMatchObject({ holds: { count: 7 }, reversals: { count: 4 } });
    expect(await verify(since.head)).toMatchObject({ findings: [], head: full.head });
  });

  it('goes on from a head while holds that were open there end, one account after the other', async () => {
    let head = saved;
    for (let round = 0; round < 3; round += 1) {
      const made = hold('alice', 'dora', 1_000 + round, { expiresIn: 60 });
      await post(store, [made, operation('update', { account: 'alice', name: `Alice ${round}` })]);
      ({ head } = await verify(head));
      await post(store, [operation('capture', { hold: made.id, amount: 1 }), transfer('bob', 'alice', 1)]);
      const report = await verify(head);
      expect(report.findings).toEqual([]);
      ({ head } = report);
    }
    expect((await verify()).head).toEqual(head);
  });

  /** What is wrong, how it is made so, and what is found: by name; and since the saved head, where that differs. */
  it.each<[what: string, sql: string, found: string[], foundSince?: string[]]>([
    [
      'the amount of an open hold was changed',
      'UPDATE hold SET amount = 26 WHERE amount = 25',
      ['amount is 26 and should be 25'],
      ['holds: those that were open at the saved head'],
    ],
    [
      'the amount of a new hold was changed',
      'UPDATE hold SET amount = 551 WHERE amount = 550',
      ['amount is 551 and should be 550'],
    ],
    [
      'the amount of a hold that ended was changed',
      'UPDATE hold SET amount = 499 WHERE amount = 500',
      ['amount is 499 and should be 500'],
      ['holds: those that were open at the saved head'],
    ],
    [
      'a hold was made to expire later',
      `UPDATE hold SET expires_at = expires_at + interval '1 microsecond' WHERE amount = 11`,
      ['expiry, in microseconds since 2000, is'],
    ],
    [
      'a hold has another payee',
      'UPDATE hold SET payee = account WHERE amount = 550',
      ['number of the payee'],
    ],
    [
      'a hold is on another account',
      'UPDATE hold SET account = payee WHERE amount = 550',
      ['account number is'],
    ],
    [
      'a hold was voided, and not captured',
      'UPDATE hold SET status = 2 WHERE amount = 500',
      ['status is 2 and should be 1'],
    ],
    [
      'more was captured',
      'UPDATE hold SET captured = 500 WHERE amount = 500',
      ['captured is 500 and should be 450'],
    ],
    [
      'a hold that ended was opened again',
      'UPDATE hold SET status = 0, captured = 0, closed_sequence = NULL WHERE amount = 300',
      ['is open, and by the operations it is not', 'status is 0 and should be 2'],
    ],
    [
      'an open hold was ended',
      'UPDATE hold SET status = 2, closed_sequence = 30 WHERE amount = 550',
      ['is open by the operations, and no row says so'],
    ],
    [
      'an open hold says that it is not',
      'UPDATE hold SET status = 3 WHERE amount = 550',
      ['status is 3 and should be 0'],
    ],
    [
      'the row of an open hold was removed',
      'DELETE FROM hold WHERE amount = 25',
      ['is open by the operations, and no row says so', 'holds: number of rows'],
      ['holds: those that were open at the saved head', 'holds: number of rows'],
    ],
    [
      'the row of a hold that ended was removed',
      'DELETE FROM hold WHERE amount = 11',
      ['its row is missing', 'holds: number of rows is 6 and should be 7'],
    ],
    [
      'the row of a hold that ended long ago was removed',
      'DELETE FROM hold WHERE amount = 40',
      ['its row is missing', 'holds: number of rows'],
      ['holds: number of rows is 6 and should be 7'],
    ],
    [
      'a hold was added',
      `INSERT INTO hold SELECT '019a0000-0000-7000-8000-ffffffffffff', account, payee, amount, NULL, 1, 5, 12, 13 FROM hold WHERE amount = 40`,
      ['hold 019a0000-0000-7000-8000-ffffffffffff: was never made by an operation'],
    ],
    [
      'less is held',
      `UPDATE account_balance SET held = 0 WHERE account = (SELECT number FROM account WHERE id = 'alice')`,
      ['account alice: held is 0 and should be 25'],
    ],
    [
      'an account was unfrozen',
      `UPDATE account_balance SET status = 0 WHERE account = (SELECT number FROM account WHERE id = 'fred')`,
      ['account fred: status is 0 and should be 1'],
    ],
    [
      'a closed account was opened again',
      `UPDATE account_balance SET status = 0 WHERE account = (SELECT number FROM account WHERE id = 'gina')`,
      ['account gina: status is 0 and should be 4'],
    ],
    [
      'an account was frozen',
      `UPDATE account_balance SET status = 2 WHERE account = (SELECT number FROM account WHERE id = 'alice')`,
      ['account alice: status is 2 and should be 0'],
      ['accounts: those that were open at the saved head'],
    ],
    [
      'a limit that was changed was changed back',
      `UPDATE account_balance SET overdraft_limit = 600 WHERE account = (SELECT number FROM account WHERE id = 'dora')`,
      ['account dora: overdraft limit is 600 and should be 550'],
    ],
    [
      'a name that was changed was changed back',
      `UPDATE account SET name = 'Dora' WHERE id = 'dora'`,
      ['account dora: name or metadata'],
    ],
    [
      'the name of an account was taken away',
      `UPDATE account SET name = NULL WHERE id = 'bob'`,
      ['account bob: name or metadata'],
    ],
    [
      'metadata was changed',
      `UPDATE account SET metadata = '{"tier":"gold"}' WHERE id = 'dora'`,
      ['account dora: name or metadata'],
    ],
    [
      'the sum of a reversal was changed',
      'UPDATE reversal SET reversed = reversed - 100 WHERE reversed = 500',
      ['sum that is reversed is 400 and should be 500'],
    ],
    [
      'the row of a reversal was removed',
      'DELETE FROM reversal WHERE reversed = 77',
      ['its row is missing', 'reversals: number of rows is 3 and should be 4'],
    ],
    [
      'the row of a reversal before the saved head was removed',
      'DELETE FROM reversal WHERE reversed = 300',
      ['its row is missing', 'sum that is reversed is 500 and should be 200'],
      ['sum that is reversed is 500 and should be 200', 'reversals: number of rows is 3 and should be 4'],
    ],
    [
      'the row of a reversal was added',
      'INSERT INTO reversal VALUES (5, 6, 1)',
      ['reversal 6: is the row of no reversal', 'reversals: number of rows'],
    ],
    [
      'a reversal reverses another operation',
      `UPDATE operation SET details = replace(details, (SELECT id::text FROM operation WHERE amount = 77 AND type = 4), (SELECT id::text FROM operation WHERE type = 9 ORDER BY sequence LIMIT 1)) WHERE amount = 77 AND type = 9`,
      ['which cannot be reversed', ': hash does not fit'],
    ],
    [
      'more was reversed than was moved',
      `UPDATE operation SET amount = 78 WHERE amount = 77 AND type = 9`,
      ['to 78 of 77', ': hash does not fit'],
    ],
    [
      'more was captured than was held',
      `UPDATE operation SET amount = 501 WHERE amount = 450`,
      ['captures 501 of hold', ': hash does not fit'],
    ],
    [
      'a void was made an expiry',
      `UPDATE operation SET type = 8 WHERE type = 7`,
      ['before its time', ': hash does not fit'],
    ],
    [
      'an expiry was made a void',
      `UPDATE operation SET type = 7 WHERE type = 8 AND sequence > 30`,
      ['whose time was over', ': hash does not fit'],
    ],
    [
      'an unfreeze was taken back',
      `UPDATE operation SET details = replace(details, 'credits', 'debits') WHERE type = 11`,
      ['moves money into account fred, which is frozen', ': hash does not fit'],
    ],
    [
      'an account was closed that is not empty',
      `UPDATE operation SET debit_account = (SELECT number FROM account WHERE id = 'alice') WHERE type = 12 AND reason IS NULL AND details LIKE '%carol%'`,
      ['account in its details is carol and should be alice', 'closes account alice, which is not empty'],
      ['account in its details is carol and should be alice'],
    ],
    [
      'a new limit was made too small for what is held',
      `UPDATE operation SET details = replace(details, '550', '549') WHERE type = 13;
       UPDATE account_balance SET overdraft_limit = 549 WHERE overdraft_limit = 550`,
      ['takes account dora to 0, less 550 held, below its overdraft limit of 549', ': hash does not fit'],
    ],
    [
      'a hold ended twice',
      `UPDATE operation SET reason = NULL, details = replace(details, '', ''), debit_account = 3, credit_account = 4 WHERE reason = 16`,
      ['which is not open', ': hash does not fit'],
    ],
  ])('finds, and names, that %s', async (_what, sql, expected, expectedSince = expected) => {
    await tamper(sql);
    const found = await findings();
    for (const text of expected) expect(found).toContainEqual(expect.stringContaining(text));
    const foundSince = await findings(saved);
    for (const text of expectedSince) expect(foundSince).toContainEqual(expect.stringContaining(text));
  });

  it('says so when the ledger is of a version before holds', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('DROP TABLE hold');
    await client.end();
    await expect(verify()).rejects.toMatchObject({ name: 'OlderLedgerError' });
  });
});
