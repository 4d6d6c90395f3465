import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasLooked, haveKeys, recordOf } from './known-keys.ts';
import { RunningBank, until } from './running-bank.ts';

const KEY = 'lastro_a-key-of-the-tests';
const OTHER = 'lastro_another-key-of-the-tests';
const good = { account: 'alice', amount: 100 };
const SETTINGS = { LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '10' };

describe('the keys of the ledger at a business service', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start(SETTINGS);
  });
  afterEach(() => bank.stop());

  const deposit = async (key: string) => (await bank.call('POST', '/v1/deposits', good, { key })).status;
  const copyOfKeys = () => join(bank.directory, 'keys.json');

  it('work as soon as the ledger has them, and no more once they are revoked', async () => {
    expect(await deposit(KEY)).toBe(401);
    await haveKeys(bank, [recordOf(KEY)]);
    expect(await deposit(KEY)).toBe(202);
    expect(await deposit(`${KEY}x`)).toBe(401);
    await haveKeys(bank, [recordOf(KEY, { revoked: true })]);
    expect(await deposit(KEY)).toBe(401);
  });

  it.each([
    ['read', 403, 200, 403],
    ['operate', 202, 200, 403],
    ['admin', 202, 200, 200],
  ] as const)('of scope %s may do what the scope says', async (scope, send, read, administer) => {
    await haveKeys(bank, [recordOf(KEY, { scope })]);
    const status = async (path: string) => (await bank.call('GET', path, undefined, { key: KEY })).status;
    expect([await deposit(KEY), await status('/v1/accounts'), await status('/v1/dead-letters')]).toEqual([
      send,
      read,
      administer,
    ]);
  });

  it('are told whose they are, and what they may do', async () => {
    await haveKeys(bank, [recordOf(KEY, { scope: 'operate' }), recordOf(OTHER, { accounts: ['alice'] })]);
    const whose = async (key?: string) => {
      const { status, body } = await bank.call(
        'GET',
        '/v1/whoami',
        undefined,
        key === undefined ? {} : { key },
      );
      return [status, body];
    };
    expect(await whose()).toEqual([200, { name: 'admin', scope: 'admin', limitedToAccounts: false }]);
    expect(await whose(KEY)).toEqual([200, { name: KEY, scope: 'operate', limitedToAccounts: false }]);
    expect(await whose(OTHER)).toMatchObject([200, { limitedToAccounts: true }]);
    expect(await whose(`${KEY}x`)).toMatchObject([401, { code: 'unauthorized' }]);
  });

  it('are named by the operations that they send, and make no other operation of one that was sent before (I7)', async () => {
    await haveKeys(bank, [recordOf(KEY), recordOf(OTHER)]);
    const id = uuidv7();
    const sent = { id, ...good };
    const wait = { prefer: 'wait=20' };
    const first = await bank.call('POST', '/v1/deposits', sent, { key: KEY, headers: wait });
    const again = await bank.call('POST', '/v1/deposits', sent, { key: OTHER, headers: wait });
    expect(first).toMatchObject({ status: 200, body: { key: KEY } });
    expect(again.body).toEqual(first.body);
    const many = await bank.call(
      'POST',
      '/v1/operations',
      {
        operations: [
          { type: 'deposit', ...good },
          { type: 'deposit', ...good },
        ],
        atomic: true,
      },
      { key: OTHER, headers: wait },
    );
    expect(many.body.operations.map(({ key }) => key)).toEqual([OTHER, OTHER]);
    // The administrator is nobody in particular.
    expect((await bank.post('/v1/deposits', good, wait)).body).not.toHaveProperty('key');
  });

  it('end when they expire, and a key that was replaced ends with its overlap', async () => {
    const past = new Date(Date.now() - 1).toISOString();
    const future = '2999-01-01T00:00:00.000Z';
    const { digest } = recordOf(OTHER);
    await haveKeys(bank, [recordOf(KEY, { expiresAt: past })]);
    expect(await deposit(KEY)).toBe(401);
    await haveKeys(bank, [recordOf(KEY, { expiresAt: future, previous: { digest, until: future } })]);
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([202, 202]);
    await haveKeys(bank, [recordOf(KEY, { previous: { digest, until: past } })]);
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([202, 401]);
    // The key expires as a whole, whatever its overlap.
    await haveKeys(bank, [recordOf(KEY, { expiresAt: past, previous: { digest, until: future } })]);
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([401, 401]);
  });

  it('are known after a restart while the ledger is down, as they were known last (I9)', async () => {
    await haveKeys(bank, [recordOf(KEY), recordOf(OTHER, { revoked: true })]);
    bank.data.keyChanges = undefined;
    await bank.restart();
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([202, 401]);
    await bank.data.stop();
    await bank.restart();
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([202, 401]);
  });

  it('stay in force while the ledger is away, and follow it when it is back', async () => {
    await haveKeys(bank, [recordOf(KEY)]);
    bank.data.keyChanges = undefined;
    await hasLooked(bank);
    expect(await deposit(KEY)).toBe(202);
    await haveKeys(bank, [recordOf(OTHER)]);
    expect([await deposit(KEY), await deposit(OTHER)]).toEqual([401, 202]);
  });

  it('are copied for their owner only, without the keys', async () => {
    await haveKeys(bank, [recordOf(KEY)]);
    expect((await stat(copyOfKeys())).mode & 0o777).toBe(0o600);
    const text = await readFile(copyOfKeys(), 'utf8');
    expect(text).toContain(recordOf(KEY).digest);
    expect(text.replaceAll(`"name":"${KEY}"`, '')).not.toContain(KEY);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['changed', (text: string) => text.replace('"read"', '"admin"')],
    ['empty', () => ''],
    ['something else', () => 'null\n[]\n'],
    ['of a newer version', (text: string) => text.replace('"version":1', '"version":2')],
  ])(
    'are not taken from a copy that is %s; the service starts, and asks the ledger',
    async (_what, spoil) => {
      await haveKeys(bank, [recordOf(KEY, { scope: 'read' })]);
      const text = await readFile(copyOfKeys(), 'utf8');
      const all = bank.data.keyChanges;
      bank.data.keyChanges = undefined;
      await bank.business.stop();
      await writeFile(copyOfKeys(), spoil(text));
      await bank.restartStopped();
      expect((await bank.call('GET', '/v1/accounts', undefined, { key: KEY })).status).toBe(401);
      expect((await bank.post('/v1/deposits', good)).status).toBe(202);
      bank.data.keyChanges = all;
      await hasLooked(bank);
      expect((await bank.call('GET', '/v1/accounts', undefined, { key: KEY })).status).toBe(200);
      expect(await readFile(copyOfKeys(), 'utf8')).toBe(text);
    },
  );

  it('are forgotten when the ledger is another one, in the copy too', async () => {
    await haveKeys(bank, [recordOf(KEY)]);
    await bank.business.stop();
    bank.data.keyChanges = {
      change: 0,
      mark: '22222222-2222-4222-8222-222222222222',
      whole: true,
      more: false,
      keys: [],
    };
    await bank.restartStopped();
    expect(await deposit(KEY)).toBe(401);
    await until('the copy has none', async () => !(await readFile(copyOfKeys(), 'utf8')).includes(KEY));
  });

  it('are copied again once the disk allows it', async () => {
    await haveKeys(bank, [recordOf(KEY)]);
    await rm(bank.directory, { recursive: true });
    await writeFile(bank.directory, '');
    await haveKeys(bank, [recordOf(OTHER)]);
    expect(await bank.metric('lastro_keys')).toBe(1);
    await rm(bank.directory);
    const { mkdir } = await import('node:fs/promises');
    await mkdir(bank.directory);
    await until('there is a copy', async () =>
      (await readFile(copyOfKeys(), 'utf8').catch(() => '')).includes(OTHER),
    );
  });

  it('are not asked for more often than the setting says, and their age is told', async () => {
    await bank.restart({ LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS: '3600000' });
    const looks = bank.data.keyLooks;
    expect(await bank.metric('lastro_keys_age_seconds')).toBeGreaterThanOrEqual(0);
    expect(bank.data.keyLooks).toBe(looks);
  });
});
