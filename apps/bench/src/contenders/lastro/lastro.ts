import type { OperationsAnswer, TrialBalance } from '@lastro/contract';
import { accountId } from '../../load/accounts.ts';
import type { Child } from '../../processes/child.ts';
import { readJson } from '../../processes/read-json.ts';
import { type Ground, OVERDRAFT_LIMIT, type RunningContender } from '../contender.ts';
import { newKey, startBusiness, startData } from './services.ts';

const ACCOUNTS_PER_REQUEST = 5000;
const WAIT_SECONDS = 30;

/** The bank, with the means to look into it and to take its data service away. */
export interface RunningLastro extends RunningContender {
  readonly key: string;
  readonly databaseUrl: string;
  /** Where its figures are; the same also after it was away. */
  readonly dataUrl: string;
  postedOperations(): Promise<number>;
  checkMoney(): Promise<void>;
  stopData(): Promise<void>;
  startData(): Promise<void>;
}

/** Starts the bank as `lastro up` does, on a database and queues called `name`, with the accounts of the ground. */
export async function startLastro(ground: Ground, name = 'lastro'): Promise<RunningLastro> {
  const databaseUrl = await ground.createDatabase(name);
  const adminKey = newKey();
  const identities = Array.from({ length: ground.businessServices }, (_, index) => ({
    id: `business-${index + 1}`,
    key: newKey(),
  }));
  let data = await startData(ground, name, databaseUrl, identities);
  const dataUrl = data.url;
  const businesses: Child[] = [];
  for (const identity of identities)
    businesses.push(await startBusiness(ground, name, identity, { dataUrl, adminKey }));
  const urls = businesses.map(({ url }) => url);
  await openAccounts(urls[0]!, adminKey, ground.accountCount);

  const database = ground.openDatabase(databaseUrl);
  const readAsBusiness = <Body>(path: string): Promise<Body> =>
    readJson<Body>(dataUrl + path, { headers: { authorization: `Bearer ${identities[0]!.key}` } });

  return {
    urls,
    key: adminKey,
    databaseUrl,
    dataUrl,
    get services() {
      return [...businesses, data];
    },
    usesPostgres: true,
    async postedOperations() {
      const { rows } = await database.query<{ sequence: string }>('SELECT sequence FROM ledger_head');
      return Number(rows[0]!.sequence);
    },
    async checkMoney() {
      const { currencies } = await readAsBusiness<TrialBalance>('/v1/trial-balance');
      if (currencies.every(({ balanced }) => balanced)) return;
      throw new Error('lastro: debits and credits differ');
    },
    stopData: () => data.stop(),
    async startData() {
      data = await startData(ground, name, databaseUrl, identities, Number(new URL(dataUrl).port));
    },
  };
}

async function openAccounts(url: string, key: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += ACCOUNTS_PER_REQUEST) {
    const size = Math.min(ACCOUNTS_PER_REQUEST, count - first);
    const operations = Array.from({ length: size }, (_, index) => ({
      type: 'open',
      account: accountId(first + index),
      overdraftLimit: OVERDRAFT_LIMIT,
    }));
    const { operations: opened } = await readJson<OperationsAnswer>(`${url}/v1/operations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        prefer: `wait=${WAIT_SECONDS}`,
      },
      body: JSON.stringify({ operations }),
    });
    const failed = opened.find(({ status }) => status !== 'posted');
    if (failed !== undefined) throw new Error(`lastro: an account did not open: ${JSON.stringify(failed)}`);
  }
}
