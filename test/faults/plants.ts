import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bank } from './bank/bank.ts';
import { withDatabase } from './check/read-ledger.ts';

/** A known way to break a promise, put into the bank from outside, to see that the run finds it. */
export interface Plant {
  readonly name: string;
  readonly what: string;
  /** Before each start of a business service. */
  readonly beforeBusiness?: (name: string, queueDirectory: string, starts: number) => Promise<void>;
  /** Once, when the accounts are open and the clients at work. */
  readonly strike?: (bank: Bank) => Promise<void>;
}

const STRIKE_AFTER_MS = 3_000;
const STRIKE_ATTEMPTS_MAX = 200;
const STRIKE_RETRY_MS = 250;

const onDatabase = (sql: string) => async (bank: Bank) => {
  await sleep(STRIKE_AFTER_MS);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return void (await withDatabase(bank.databaseUrl, (client) => client.query(sql)));
    } catch (error) {
      if (attempt === STRIKE_ATTEMPTS_MAX) throw error;
      await sleep(STRIKE_RETRY_MS);
    }
  }
};

export const PLANTS: readonly Plant[] = [
  {
    name: 'lost-queue',
    what: 'a business service forgets its queue whenever it starts again',
    async beforeBusiness(_name, queueDirectory, starts) {
      if (starts > 0) await rm(queueDirectory, { recursive: true, force: true });
    },
  },
  {
    name: 'forgetful-ledger',
    what: 'the newest batch is taken back once, after it was answered',
    strike: onDatabase(`
      BEGIN;
      SELECT 1 FROM ledger_head FOR UPDATE;
      CREATE TEMPORARY TABLE gone AS SELECT * FROM operation WHERE batch = (SELECT max(number) FROM batch);
      UPDATE account_balance s SET balance = balance + g.amount, entry_count = entry_count - 1,
        last_sequence = g.debit_previous FROM gone g WHERE s.account = g.debit_account;
      UPDATE account_balance s SET balance = balance - g.amount, entry_count = entry_count - 1,
        last_sequence = g.credit_previous FROM gone g WHERE s.account = g.credit_account;
      DELETE FROM operation WHERE sequence IN (SELECT sequence FROM gone);
      UPDATE ledger_head SET sequence = (SELECT max(sequence) FROM operation), batch = batch - 1,
        hash = (SELECT hash FROM batch b WHERE b.number = ledger_head.batch - 1);
      DELETE FROM batch WHERE number = (SELECT max(number) FROM batch);
      COMMIT`),
  },
  {
    name: 'twice',
    what: 'one posting changes its two balances a second time',
    strike: onDatabase(`
      WITH picked AS (SELECT debit_account, credit_account, amount FROM operation
                      WHERE debit_account IS NOT NULL ORDER BY sequence DESC LIMIT 1),
           legs AS (SELECT debit_account AS account, -amount AS change FROM picked
                    UNION ALL SELECT credit_account, amount FROM picked)
      UPDATE account_balance s SET balance = balance + legs.change FROM legs WHERE s.account = legs.account`),
  },
  {
    name: 'moved-cent',
    what: 'a cent is moved from an open account to a closed set',
    strike: onDatabase(`
      UPDATE account_balance SET balance = balance + CASE WHEN a.id = 'closed.0' THEN 1 ELSE -1 END
      FROM account a WHERE a.number = account AND a.id IN ('closed.0', 'open.0')`),
  },
];

/** @throws Error that lists those there are. */
export function findPlant(name: string | undefined): Plant | undefined {
  if (name === undefined) return undefined;
  const plant = PLANTS.find((candidate) => candidate.name === name);
  if (plant === undefined)
    throw new Error(`--plant must be one of ${PLANTS.map((each) => each.name).join(', ')}`);
  return plant;
}
