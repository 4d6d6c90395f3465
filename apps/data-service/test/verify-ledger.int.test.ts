import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { type SavedHead, verifyLedger } from '../src/verify/verify-ledger.ts';
import { deposit, fillSmallBank, open, post, transfer, withdrawal } from './commit-batches.ts';
import { createFilledLedger, createLedgerDatabase } from './ledger-database.ts';

describe('verifying a ledger', () => {
  let filled: TestDatabase;
  /** A copy of it for each test. */
  let database: TestDatabase;

  async function fill(store: PostgresStore): Promise<void> {
    await fillSmallBank(store);
    await post(store, [
      open('dora', { name: 'Dora', overdraftLimit: 500, metadata: { tier: 'gold' } }),
      withdrawal('dora', 500),
    ]);
    for (let round = 0; round < 5; round += 1) {
      await post(store, [
        ...Array.from({ length: 30 }, () => transfer('alice', 'bob', 10, { description: 'coffee ☕' })),
        withdrawal('alice', 9_999_999),
        deposit('carol', 3),
      ]);
    }
  }

  beforeAll(async () => void (filled = await createFilledLedger(fill)));
  afterAll(() => filled.drop());
  beforeEach(async () => void (database = await createTestDatabase(filled)));
  afterEach(() => database.drop());

  const tamper = async (sql: string) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const results = [await client.query(sql)].flat();
      for (const { rowCount } of results)
        expect(rowCount, 'the tampering itself must work').toBeGreaterThan(0);
    } finally {
      await client.end();
    }
  };
  const findings = async (savedHead?: SavedHead) =>
    (await verifyLedger({ databaseUrl: database.url, savedHead })).findings.map(
      ({ where, problem }) => `${where}: ${problem}`,
    );

  it('finds nothing in a ledger that nobody touched, and counts it', async () => {
    const report = await verifyLedger({ databaseUrl: database.url });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      findingCount: 0,
      posted: 8 + 5 * 31,
      rejected: 5,
      batches: 7,
      accounts: 6,
    });
    expect(report.currencies).toEqual([
      { currency: 'BRL', credit: 10_000n, debit: 10_000n },
      { currency: 'USD', credit: 15n, debit: 15n },
    ]);
  });

  it('verifies an empty ledger', async () => {
    const empty = await createLedgerDatabase();
    expect((await verifyLedger({ databaseUrl: empty.url })).findings).toEqual([]);
    await empty.drop();
  });

  it.each([
    [
      'an amount was changed',
      'UPDATE operation SET amount = 11 WHERE sequence = 20',
      ['operation 20: balance of alice', 'batch 3: hash'],
    ],
    [
      'a description was changed',
      `UPDATE operation SET details = '{"description":"tea"}' WHERE sequence = 20`,
      ['batch 3: hash'],
    ],
    [
      'an operation was deleted',
      'DELETE FROM operation WHERE sequence = 20',
      ['operation 21: sequence', 'batch 3: number of operations'],
    ],
    [
      'two operations were swapped',
      `UPDATE operation SET sequence = CASE sequence WHEN 20 THEN -21 ELSE -20 END WHERE sequence IN (20, 21);
       UPDATE operation SET sequence = -sequence WHERE sequence < 0`,
      ['operation 20: balance of alice', 'batch 3: hash'],
    ],
    [
      'a balance was changed',
      'UPDATE account_balance SET balance = balance + 1 WHERE account = 3',
      ['account alice: balance'],
    ],
    [
      'two balances were changed so that the sum stays',
      'UPDATE account_balance SET balance = balance + CASE account WHEN 3 THEN 1 ELSE -1 END WHERE account IN (3, 4)',
      ['account alice: balance', 'account bob: balance'],
    ],
    [
      'a rejection was made a posting',
      'UPDATE operation SET reason = NULL WHERE reason = 3 AND sequence < 50',
      ['is posted and yet', 'batch 3: hash'],
    ],
    [
      'a reason was changed',
      'UPDATE operation SET reason = 1 WHERE reason = 3 AND sequence < 50',
      ['batch 3: hash'],
    ],
    [
      'an overdraft limit was changed',
      'UPDATE account_balance SET overdraft_limit = 9 WHERE account = 3',
      ['account alice: overdraft limit'],
    ],
    [
      'an account was renamed',
      `UPDATE account SET id = 'mallory' WHERE id = 'alice'`,
      ['account number 3: id is mallory'],
    ],
    [
      'the name of an account was changed',
      `UPDATE account SET name = 'Eve' WHERE id = 'dora'`,
      ['account dora: name'],
    ],
    [
      'an account was added',
      `INSERT INTO account VALUES (99, 'ghost', 'BRL', NULL, NULL, now())`,
      ['account ghost: was never opened'],
    ],
    [
      'an account was deleted',
      `DELETE FROM account_balance WHERE account = 3`,
      ['account alice: balance is null'],
    ],
    [
      'the hash of a batch was changed',
      `UPDATE batch SET hash = decode(repeat('ab', 32), 'hex') WHERE number = 3`,
      ['batch 3: hash'],
    ],
    [
      'the time of a batch was changed',
      `UPDATE batch SET posted_at = posted_at + interval '1 second' WHERE number = 3`,
      ['batch 3: hash'],
    ],
    ['the row of a batch was deleted', `DELETE FROM batch WHERE number = 3`, ['batch 4: number']],
    [
      'a checkpoint was moved',
      'UPDATE account_checkpoint SET sequence = sequence + 1',
      ['of its checkpoints are not where they should be'],
    ],
    ['the checkpoints were deleted', 'DELETE FROM account_checkpoint', ['its checkpoints are missing']],
  ])('finds, and names, that %s', async (_what, sql, expected) => {
    await tamper(sql);
    const found = await findings();
    for (const text of expected) expect(found).toContainEqual(expect.stringContaining(text));
  });

  it('names one changed amount where it is, and not at everything that follows from it', async () => {
    await tamper('UPDATE operation SET amount = 11 WHERE sequence = 20');
    expect((await findings()).map((finding) => finding.replace(/:.*/, ''))).toEqual([
      'operation 20',
      'operation 20',
      'batch 3',
    ]);
  });

  it('says so when there is no ledger, or no database', async () => {
    const empty = await createTestDatabase();
    await expect(verifyLedger({ databaseUrl: empty.url })).rejects.toMatchObject({
      name: 'LedgerMissingError',
    });
    await empty.drop();
    await expect(verifyLedger({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' })).rejects.toMatchObject(
      {
        name: 'StoreUnavailableError',
      },
    );
  });

  it('finds that the end was cut off cleanly, against a head that was noted down', async () => {
    const { head } = await verifyLedger({ databaseUrl: database.url });
    await tamper(`
      UPDATE account_balance s SET balance = balance + 300 * CASE account WHEN 3 THEN 1 ELSE -1 END,
        entry_count = entry_count - 30
        WHERE account IN (3, 4);
      DELETE FROM operation WHERE batch = 7; DELETE FROM batch WHERE number = 7;
      UPDATE ledger_head SET batch = 6, sequence = (SELECT max(sequence) FROM operation), hash = (SELECT hash FROM batch WHERE number = 6)`);
    expect(await findings(head)).toContainEqual(
      expect.stringContaining('batch 7, which was noted down, is gone'),
    );
  });
});
