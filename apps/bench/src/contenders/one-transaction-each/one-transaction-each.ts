import { accountId } from '../../load/accounts.ts';
import { moduleBeside } from '../../processes/child.ts';
import { type Ground, OVERDRAFT_LIMIT, type RunningContender } from '../contender.ts';
import { SCHEMA_SQL } from './schema.ts';
import type { ServiceSettings } from './service-process.ts';

/** Fastify, a pool, and a transaction for each transfer. */
export async function startOneTransactionEach(ground: Ground): Promise<RunningContender> {
  const databaseUrl = await ground.createDatabase('one_transaction_each');
  const database = ground.openDatabase(databaseUrl);
  await database.query(SCHEMA_SQL);
  await database.query('INSERT INTO account SELECT unnest($1::text[]), 0, $2', [
    Array.from({ length: ground.accountCount }, (_, index) => accountId(index)),
    OVERDRAFT_LIMIT,
  ]);
  await database.query('VACUUM ANALYZE account');
  const settings: ServiceSettings = { databaseUrl, connections: ground.poolSize };
  const module = moduleBeside(import.meta.url, 'service-process');
  const service = await ground.startService('one-transaction-each', module, settings);
  return {
    urls: [service.url],
    services: [service],
    usesPostgres: true,
    async postedOperations() {
      const { rows } = await database.query<{ count: string }>(
        `SELECT count(*) FROM transfer WHERE status = 'posted'`,
      );
      return Number(rows[0]!.count);
    },
    async checkMoney() {
      const { rows } = await database.query<{ sum: string }>('SELECT sum(balance) FROM account');
      if (rows[0]!.sum !== '0')
        throw new Error(`one-transaction-each: balances sum up to ${rows[0]!.sum}, not to 0`);
    },
  };
}
