import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Sdk from '../src/index.ts';
import { KEY, startBank } from './bank-in-memory.ts';
import { type BrowserBundle, bundleForBrowsers, runBundle } from './browser-bundle.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
/** Minified and compressed. A page loads it before it shows anything. */
const BUNDLE_SIZE_MAX_BYTES = 20_000;

let bundle: BrowserBundle;
let sdk: typeof Sdk;
beforeAll(async () => {
  bundle = await bundleForBrowsers();
  sdk = runBundle(bundle);
});

describe('the SDK in a browser', () => {
  let bank: Awaited<ReturnType<typeof startBank>>;
  let clients: Sdk.LastroClient[];
  beforeEach(async () => {
    bank = await startBank(2);
    clients = [];
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await bank.stop();
  });

  function connect(options: Partial<Sdk.LastroClientOptions> = {}): Sdk.LastroClient {
    const servers = bank.doors.map(({ url }) => url);
    const client = new sdk.LastroClient({ servers, key: KEY, backoffMinMs: 1, backoffMaxMs: 4, ...options });
    clients.push(client);
    return client;
  }

  it('needs nothing of Node.js, and is small', () => {
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(inputs.filter((path) => /undici|^node:|contract|ledger/.test(path))).toEqual([]);
    expect(inputs.some((path) => path.endsWith('fetch-transport.ts'))).toBe(true);
    expect(gzipSync(bundle.code).length).toBeLessThan(BUNDLE_SIZE_MAX_BYTES);
  });

  it('opens accounts, moves money, and reads what came of it', async () => {
    const client = connect();
    await client.openAccount({ id: 'alice' });
    await client.deposit({ account: 'alice', amount: 1_000 }, { waitSeconds: 5 });
    const [, withdrawal] = await client.operations(
      [
        { type: 'open', account: 'bob' },
        { type: 'withdrawal', account: 'alice', amount: 2_000 },
      ],
      { waitSeconds: 5 },
    );
    expect(withdrawal).toMatchObject({
      reason: 'insufficient_funds',
      id: expect.stringMatching(/^.{14}7/) as string,
    });
    const balances: number[] = [];
    for await (const { balance } of client.statementEntries('alice')) balances.push(balance);
    expect(balances).toEqual([1_000]);
  });

  it.each([
    ['drops the connection before it takes the operation', 'drop-before'],
    ['drops the connection after it took the operation', 'drop-after'],
    ['answers 503', { status: 503 }],
    ['answers too late', { slowMs: 1_000 }],
  ] as const)('moves on from a server that %s, with the same id (I2)', async (_name, fault) => {
    const client = connect({ requestTimeoutMs: 50, connectTimeoutMs: 50 });
    await client.openAccount({ id: 'alice' });
    let left = 1;
    bank.doors[0]!.fault = () => (left-- > 0 ? fault : undefined);
    await client.deposit({ id: ID, account: 'alice', amount: 100 });
    expect(await client.waitFor(ID)).toMatchObject({ status: 'posted', balances: { alice: 100 } });
    expect(bank.doors[1]!.requests[0]).toBe('POST /v1/deposits');
  });

  it('tells a refusal, a page that is no answer, and that nothing was reached', async () => {
    await expect(connect().account('nobody')).rejects.toMatchObject({ code: 'account_unknown', status: 404 });
    bank.doors[0]!.fault = () => ({ status: 200, page: '<h1>welcome</h1>' });
    await expect(connect().deposit({ account: 'alice', amount: 1 })).rejects.toMatchObject({
      code: 'unexpected_answer',
    });
    await bank.stop();
    await expect(connect({ attemptsMax: 2 }).trialBalance()).rejects.toMatchObject({
      name: 'LastroUnreachableError',
      attempts: 2,
    });
  });

  it('gives up what is under way when it is closed', async () => {
    for (const door of bank.doors) door.fault = () => ({ slowMs: 5_000 });
    const client = connect({ attemptsMax: 1_000_000 });
    const deposit = client.deposit({ id: ID, account: 'alice', amount: 1 });
    const failed = expect(deposit).rejects.toMatchObject({ name: 'LastroUnreachableError', ids: [ID] });
    await vi.waitFor(() => expect(bank.doors[0]!.requests).toHaveLength(1));
    await client.close();
    await failed;
  });
});
