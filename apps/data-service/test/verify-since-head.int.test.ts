import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import { type VerifiedHead, verifyLedger } from '../src/verify/verify-ledger.ts';
import { deposit, fillSmallBank, open, post, transfer, withdrawal } from './commit-batches.ts';
import { createFilledLedger, createLedgerDatabase } from './ledger-database.ts';
import { openTestStore } from './open-test-store.ts';

/** What `fillSmallBank` and beforeAll post until the head is saved. */
const SEQUENCE_BEFORE = 6 + 66;

describe('verifying a ledger since a saved head', () => {
  let filled: TestDatabase;
  /** A copy of it for each test. */
  let database: TestDatabase;
  let store: PostgresStore;
  let saved: VerifiedHead;

  async function fill(store: PostgresStore, { url }: TestDatabase): Promise<void> {
    await fillSmallBank(store);
    await post(store, [
      open('dora', { name: 'Dora', overdraftLimit: 500, metadata: { tier: 'gold' } }),
      withdrawal('dora', 500),
      ...Array.from({ length: 64 }, () => transfer('alice', 'bob', 10)),
    ]);
    ({ head: saved } = await verifyLedger({ databaseUrl: url }));
    // Two batches: with accounts from before, and new ones; with a checkpoint; and with a rejection.
    await post(store, [
      open('emil', { name: 'Emil' }),
      deposit('emil', 5_000),
      ...Array.from({ length: 70 }, () => transfer('alice', 'emil', 7, { description: 'tea' })),
    ]);
    await post(store, [transfer('emil', 'bob', 99), withdrawal('alice', 9_999_999)]);
  }

  beforeAll(async () => void (filled = await createFilledLedger(fill)));
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
  const verifySince = (since: VerifiedHead) => verifyLedger({ databaseUrl: database.url, since });
  const findings = async (since: VerifiedHead) =>
    (await verifySince(since)).findings.map(({ where, problem }) => `${where}: ${problem}`);

  it('reads only what is new, and comes to the same head as a full verification', async () => {
    const full = await verifyLedger({ databaseUrl: database.url, savedHead: saved });
    const since = await verifySince(saved);
    expect(full.findings).toEqual([]);
    expect(since.findings).toEqual([]);
    expect(since.head).toEqual(full.head);
    expect(since.currencies).toEqual(full.currencies);
    expect(since).toMatchObject({
      since: SEQUENCE_BEFORE,
      posted: 73,
      rejected: 1,
      batches: 2,
      accounts: 7,
    });
  });

  it('goes on from head to head, also when nothing is new', async () => {
    const { head } = await verifySince(saved);
    expect((await verifySince(head)).findings).toEqual([]);
    expect((await verifySince(head)).head).toEqual(head);
    await post(store, [transfer('bob', 'alice', 1)]);
    expect(await verifySince(head)).toMatchObject({ findings: [], posted: 1 });
  });

  it('goes on from the head of an empty ledger', async () => {
    const empty = await createLedgerDatabase();
    try {
      const emptyStore = openTestStore(empty.url);
      const { head } = await verifyLedger({ databaseUrl: empty.url });
      await fillSmallBank(emptyStore);
      expect(await verifyLedger({ databaseUrl: empty.url, since: head })).toMatchObject({
        findings: [],
        posted: 6,
      });
      await emptyStore.close();
    } finally {
      await empty.drop();
    }
  });

  it.each([
    [
      'a new amount was changed',
      `UPDATE operation SET amount = 8 WHERE sequence = 100`,
      ['operation 100: balance of alice', 'batch 3: hash'],
    ],
    [
      'the first new entry of an account was changed, with all that follows from it',
      `UPDATE operation SET amount = amount + 1, debit_balance = debit_balance - 1, credit_balance = credit_balance + 1 WHERE sequence = 145;
       UPDATE account_balance SET balance = balance + CASE account WHEN 4 THEN 1 ELSE -1 END WHERE account IN (4, 7)`,
      ['batch 4: hash'],
    ],
    [
      'a balance was moved before the first new entry, and in every entry after it',
      `UPDATE operation SET debit_balance = debit_balance + 1000 WHERE sequence > ${SEQUENCE_BEFORE} AND debit_account = 3;
       UPDATE account_balance SET balance = balance + 1000 WHERE account = 3`,
      ['batch 3: hash', 'accounts: those that were open at the saved head'],
    ],
    [
      'a new operation was deleted',
      `DELETE FROM operation WHERE sequence = 100`,
      ['operation 101: sequence', 'batch 3: number of operations'],
    ],
    [
      'two new operations were swapped',
      `UPDATE operation SET sequence = -sequence WHERE sequence IN (100, 101);
       UPDATE operation SET sequence = CASE sequence WHEN -100 THEN 101 ELSE 100 END WHERE sequence < 0`,
      ['operation 100: balance of alice', 'batch 3: hash'],
    ],
    [
      'a new result was flipped',
      `UPDATE operation SET reason = NULL WHERE reason IS NOT NULL AND sequence > 140`,
      ['is posted and yet', 'batch 4: hash'],
    ],
    [
      'the balance of an account with new entries was changed',
      `UPDATE account_balance SET balance = balance + 1 WHERE account = 3`,
      ['account alice: balance'],
    ],
    [
      'the balance of an account without new entries was changed',
      `UPDATE account_balance SET balance = balance + 1 WHERE account = (SELECT number FROM account WHERE id = 'dora')`,
      ['accounts: those that were open at the saved head', 'trial balance in BRL'],
    ],
    [
      'an overdraft limit was changed',
      `UPDATE account_balance SET overdraft_limit = 9 WHERE account = 3`,
      ['accounts: those that were open at the saved head'],
    ],
    [
      'an old account was renamed',
      `UPDATE account SET id = 'mallory' WHERE id = 'bob'`,
      ['accounts: those that were open at the saved head'],
    ],
    [
      'money was reserved that no hold asked for',
      `UPDATE account_balance SET held = 1 WHERE account = 3`,
      ['account alice: held is 1 and should be 0'],
    ],
    [
      'a new account was renamed, its opening dated back',
      `UPDATE account SET name = 'Eve', opened_at = opened_at - interval '1 microsecond' WHERE id = 'emil'`,
      ['account emil: name or metadata', 'account emil: was not opened at the time'],
    ],
    [
      'an account was deleted',
      `DELETE FROM account WHERE id = 'dora'`,
      ['accounts: 1 that were opened are missing', 'balance of account number 6: belongs to no account'],
    ],
    [
      'a new checkpoint was moved to a neighbour, and another back',
      `UPDATE account_checkpoint SET sequence = sequence + 1 WHERE sequence > ${SEQUENCE_BEFORE}`,
      ['of its checkpoints are not where they should be'],
    ],
    [
      'a new checkpoint was deleted',
      `DELETE FROM account_checkpoint WHERE sequence > ${SEQUENCE_BEFORE}`,
      ['its checkpoints are missing'],
    ],
    [
      'the hash of the saved batch was changed',
      `UPDATE batch SET hash = decode(repeat('ab', 32), 'hex') WHERE number = 2`,
      ['batch 2: hash, which was noted down,'],
    ],
    [
      'the time of a new batch was changed by a microsecond',
      `UPDATE batch SET posted_at = posted_at + interval '1 microsecond' WHERE number = 4`,
      ['batch 4: hash', 'ledger head: time'],
    ],
    [
      'the row of a new batch was deleted',
      `DELETE FROM batch WHERE number = 3`,
      ['batch 4: number', 'batches: 72 operations belong to none'],
    ],
    [
      'the numbers of a row are beyond all bounds',
      `UPDATE account_balance SET balance = 9223372036854775807, entry_count = -9223372036854775808 WHERE account = 3;
       UPDATE batch SET operation_count = 9223372036854775807 WHERE number = 4`,
      ['account alice: balance is 9223372036854776000', 'batch 4: number of operations'],
    ],
    ['the head was deleted', `DELETE FROM ledger_head`, ['ledger head: its row is missing']],
  ])('finds, and names, that %s', async (_what, sql, expected) => {
    await tamper(sql);
    const found = await findings(saved);
    for (const text of expected) expect(found).toContainEqual(expect.stringContaining(text));
  });

  it('finds that the saved head is gone', async () => {
    const { head } = await verifySince(saved);
    await tamper(`
      DELETE FROM operation WHERE batch = 4; DELETE FROM batch WHERE number = 4;
      UPDATE ledger_head SET batch = 3, sequence = (SELECT max(sequence) FROM operation), hash = (SELECT hash FROM batch WHERE number = 3)`);
    expect(await findings(head)).toContainEqual(
      expect.stringContaining('batch 4, which was noted down, is gone'),
    );
  });

  it('leaves what is older than the saved head to a full verification, as documented', async () => {
    await tamper(`UPDATE operation SET details = '{"description":"tea"}' WHERE sequence = 20`);
    expect(await findings(saved)).toEqual([]);
    expect((await verifyLedger({ databaseUrl: database.url })).findings).toContainEqual(
      expect.objectContaining({ where: 'batch 2' }),
    );
  });
});
