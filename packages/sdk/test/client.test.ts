import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  LastroClient,
  LastroOptionsError,
  type LastroClientOptions,
  LastroProblemError,
  LastroUnreachableError,
} from '../src/index.ts';
import { type Door, KEY, startBank } from './bank-in-memory.ts';

type Bank = Awaited<ReturnType<typeof startBank>>;
const QUICK = { backoffMinMs: 1, backoffMaxMs: 4 };
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

let bank: Bank;
let clients: LastroClient[];
beforeEach(async () => {
  bank = await startBank(2);
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await bank.stop();
});

function connect(options: Partial<LastroClientOptions> = {}): LastroClient {
  const client = new LastroClient({
    servers: bank.doors.map(({ url }) => url),
    key: KEY,
    ...QUICK,
    ...options,
  });
  clients.push(client);
  return client;
}

/** Makes `door` show `fault` to the first `times` requests. */
function failTimes(door: Door, times: number, fault: NonNullable<ReturnType<Door['fault']>>): void {
  let left = times;
  door.fault = () => (left-- > 0 ? fault : undefined);
}

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );

describe('a client of one bank', () => {
  it('opens accounts, moves money, and reads what came of it', async () => {
    const client = connect();
    expect(await client.openAccount({ id: 'alice' })).toMatchObject({
      id: 'alice',
      currency: 'BRL',
      balance: 0,
    });
    await client.openAccount({ id: 'bob', overdraftLimit: 50 });
    await client.deposit({ account: 'alice', amount: 1_000 }, { waitSeconds: 5 });
    await client.withdraw({ account: 'bob', amount: 50 }, { waitSeconds: 5 });
    const transfer = await client.transfer({ from: 'alice', to: 'bob', amount: 300 }, { waitSeconds: 5 });
    expect(transfer).toMatchObject({ status: 'posted', balances: { alice: 700, bob: 250 } });
    expect(await client.operation(transfer.id)).toEqual(transfer);
    expect(await client.balance('bob')).toMatchObject({ balance: 250, available: 300 });
    expect(await client.account('alice')).toMatchObject({ id: 'alice', entryCount: 2 });
    expect((await client.statement('alice')).entries.map(({ amount }) => amount)).toEqual([-300, 1_000]);
    expect((await client.trialBalance()).currencies).toMatchObject([{ currency: 'BRL', balanced: true }]);
  });

  it('tells the bank which trace a request is a part of, and sends nothing that is no traceparent', async () => {
    const client = connect();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await client.openAccount({ id: 'alice' }, { traceparent });
    await client.deposit({ account: 'alice', amount: 1 }, { traceparent });
    await client.operations([{ type: 'deposit', account: 'alice', amount: 1 }], { traceparent });
    await client.deposit({ account: 'alice', amount: 1 }, { traceparent: 'garbage\r\nx: y' });
    await client.deposit({ account: 'alice', amount: 1 });
    expect(bank.doors.flatMap(({ traceparents }) => traceparents)).toEqual([
      ...[traceparent, traceparent, traceparent],
      ...[undefined, undefined],
    ]);
  });

  it('gives each operation an id of version 7 before it is sent, and keeps one that is given', async () => {
    const client = connect();
    await client.openAccount({ id: 'alice' });
    const made = await client.deposit({ account: 'alice', amount: 1 });
    expect(made).toMatchObject({ status: 'accepted', id: expect.stringMatching(/^.{14}7/) as string });
    expect(await client.deposit({ id: ID, account: 'alice', amount: 1 })).toMatchObject({ id: ID });
  });

  it('waits for an operation that was only accepted', async () => {
    const client = connect();
    await client.openAccount({ id: 'alice' });
    bank.doors[0]!.paused = true;
    const { id, status } = await client.deposit({ account: 'alice', amount: 1 });
    expect(status).toBe('accepted');
    expect(await client.waitFor(id, 1)).toMatchObject({ status: 'accepted' });
    const posted = client.waitFor(id);
    bank.doors[0]!.resume();
    expect(await posted).toMatchObject({ status: 'posted', balances: { alice: 1 } });
    expect(await failure(client.waitFor(ID, 1))).toMatchObject({ code: 'operation_not_found', status: 404 });
  });

  it('sends many at once, and tells the state of each in order', async () => {
    const client = connect();
    const results = await client.operations(
      [
        { type: 'open', account: 'alice' },
        { type: 'deposit', account: 'alice', amount: 5 },
        { type: 'withdrawal', account: 'alice', amount: 6 },
        { type: 'withdrawal', account: 'alice', amount: 5 },
      ],
      { waitSeconds: 5 },
    );
    expect(results.map(({ status, reason }) => reason ?? status)).toEqual([
      'posted',
      'posted',
      'insufficient_funds',
      'posted',
    ]);
  });

  it('walks every page of accounts and of a statement', async () => {
    const client = connect();
    await client.operations(
      Array.from({ length: 7 }, (_, index) => ({ type: 'open', account: `a${index}` })),
      { waitSeconds: 5 },
    );
    await client.operations(
      Array.from({ length: 7 }, () => ({ type: 'deposit', account: 'a0', amount: 1 })),
      { waitSeconds: 5 },
    );
    const ids: string[] = [];
    for await (const { id } of client.allAccounts({ limit: 3, prefix: 'a' })) ids.push(id);
    expect(ids).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
    const balances: number[] = [];
    for await (const { balance } of client.statementEntries('a0', { limit: 2 })) balances.push(balance);
    expect(balances).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });
});

describe('a refusal', () => {
  it('of the rules of money carries the reason and the operation, and is not sent again', async () => {
    const client = connect();
    await client.openAccount({ id: 'alice' });
    const error = await failure(client.withdraw({ id: ID, account: 'alice', amount: 1 }, { waitSeconds: 5 }));
    expect(error).toBeInstanceOf(LastroProblemError);
    expect(error).toMatchObject({
      code: 'insufficient_funds',
      status: 422,
      retryable: false,
      operation: { id: ID, status: 'rejected' },
    });
    expect(bank.doors[0]!.requests.filter((line) => line.includes('withdrawals'))).toHaveLength(1);
  });

  it('of the request itself is an error at once', async () => {
    const client = connect();
    expect(await failure(client.deposit({ account: 'alice', amount: 0.5 }))).toMatchObject({
      code: 'invalid_request',
      status: 400,
    });
    expect(await failure(client.account('nobody'))).toMatchObject({ code: 'account_unknown', status: 404 });
    expect(await failure(connect({ key: 'wrong' }).trialBalance())).toMatchObject({
      code: 'unauthorized',
      status: 401,
    });
    expect(
      bank.doors.flatMap(({ requests }) => requests).filter((line) => line.startsWith('POST')),
    ).toHaveLength(0);
  });
});

describe('a server that is not a Lastro service', () => {
  it.each([200, 301, 404])('and answers %i with a page is named, and not asked again', async (status) => {
    bank.doors[0]!.fault = () => ({ status, page: '<h1>welcome</h1>' });
    expect(await failure(connect().deposit({ account: 'alice', amount: 1 }))).toMatchObject({
      code: 'unexpected_answer',
      status,
    });
    expect(bank.doors[0]!.requests).toHaveLength(1);
  });
});

describe('a server that fails', () => {
  it.each([
    ['drops the connection before it takes the operation', 'drop-before'],
    ['drops the connection after it took the operation', 'drop-after'],
    ['answers 500', { status: 500 }],
    ['answers 502 with the page of a proxy', { status: 502, page: '<h1>bad gateway</h1>' }],
    ['answers 503', { status: 503 }],
    ['answers 429', { status: 429 }],
    ['answers too late', { slowMs: 1_000 }],
  ] as const)('%s: the same id goes to the next, and takes effect once (I2)', async (_name, fault) => {
    const failovers: string[] = [];
    const client = connect({ requestTimeoutMs: 50, onFailover: ({ server }) => failovers.push(server) });
    await client.openAccount({ id: 'alice' });
    failTimes(bank.doors[0]!, 1, fault);
    await client.deposit({ id: ID, account: 'alice', amount: 100 });
    expect(await client.waitFor(ID)).toMatchObject({ status: 'posted', balances: { alice: 100 } });
    expect(failovers).toEqual([`${bank.doors[0]!.url}/`]);
    expect(bank.doors[1]!.requests[0]).toBe('POST /v1/deposits');
    expect((await client.balance('alice')).balance).toBe(100);
  });

  it('is left for good by a client that stays, so that order holds', async () => {
    const client = connect();
    await client.openAccount({ id: 'alice' });
    failTimes(bank.doors[0]!, 1, 'drop-before');
    for (let index = 0; index < 5; index += 1) await client.deposit({ account: 'alice', amount: 1 });
    expect(bank.doors[0]!.requests).toHaveLength(2);
    expect(bank.doors[1]!.requests).toHaveLength(5);
  });

  it('is gone: every request still gets through by the others', async () => {
    const client = connect({ routing: 'spread' });
    await client.openAccount({ id: 'alice' });
    await bank.doors[0]!.kill();
    await Promise.all(
      Array.from({ length: 50 }, () => client.deposit({ account: 'alice', amount: 1 }, { waitSeconds: 5 })),
    );
    expect((await client.balance('alice')).balance).toBe(50);
  });

  it('is the only one, and comes back: the request is kept until it does', async () => {
    const [door] = bank.doors;
    const client = connect({ servers: [door!.url] });
    await client.openAccount({ id: 'alice' });
    failTimes(door!, 6, 'drop-before');
    expect(await client.deposit({ account: 'alice', amount: 1 })).toMatchObject({ status: 'accepted' });
    expect(door!.requests).toHaveLength(8);
  });
});

describe('when no server answers', () => {
  it('says that the outcome is unknown, with the ids, so that they can be sent again', async () => {
    const client = connect({ attemptsMax: 4 });
    await client.openAccount({ id: 'alice' });
    for (const door of bank.doors) failTimes(door, 2, 'drop-after');
    const error = await failure(
      client.operations([{ type: 'deposit', id: ID, account: 'alice', amount: 9 }]),
    );
    expect(error).toBeInstanceOf(LastroUnreachableError);
    expect(error).toMatchObject({ ids: [ID], attempts: 4, mayHaveBeenTaken: true });
    await client.deposit({ id: ID, account: 'alice', amount: 9 }, { waitSeconds: 5 });
    expect((await client.balance('alice')).balance).toBe(9);
  });

  it.each([
    ['makes something', (client: LastroClient) => client.monitors.create({ account: 'alice', below: 1 })],
    ['makes a secret', (client: LastroClient) => client.keys.rotate('shop', { overlapSeconds: 60 })],
  ])('is not asked again for what %s, once it may have been done', async (_what, ask) => {
    const client = connect();
    failTimes(bank.doors[0]!, 1, { status: 503 });
    failTimes(bank.doors[1]!, 1, 'drop-before');
    const error = await failure(ask(client));
    expect(error).toBeInstanceOf(LastroUnreachableError);
    expect(error).toMatchObject({ attempts: 2, mayHaveBeenTaken: true });
  });

  it('says that nothing was taken when no connection was made', async () => {
    await bank.stop();
    const error = await failure(connect({ attemptsMax: 3 }).deposit({ account: 'alice', amount: 1 }));
    expect(error).toMatchObject({ name: 'LastroUnreachableError', attempts: 3, mayHaveBeenTaken: false });
  });

  it('gives the refusal itself when every server refused without taking anything', async () => {
    for (const door of bank.doors) door.fault = () => ({ status: 503 });
    const error = await failure(connect({ attemptsMax: 3 }).deposit({ account: 'alice', amount: 1 }));
    expect(error).toMatchObject({ name: 'LastroProblemError', code: 'queue_full', retryable: true });
  });

  it('gives up when its time is over, even with attempts left', async () => {
    await bank.stop();
    const client = connect({ attemptsMax: 1_000_000, totalTimeoutMs: 30 });
    expect(await failure(client.trialBalance())).toMatchObject({ name: 'LastroUnreachableError', ids: [] });
  });
});

describe('a client that is closed', () => {
  it('gives up what is under way at once', async () => {
    for (const door of bank.doors) door.fault = () => ({ slowMs: 5_000 });
    const client = connect({ attemptsMax: 1_000_000 });
    const deposit = failure(client.deposit({ id: ID, account: 'alice', amount: 1 }));
    await vi.waitFor(() => expect(bank.doors[0]!.requests).toHaveLength(1));
    await client.close();
    expect(await deposit).toMatchObject({
      name: 'LastroUnreachableError',
      ids: [ID],
      mayHaveBeenTaken: true,
    });
  });
});

describe('settings of a client', () => {
  it.each([
    [{ servers: [] }, 'at least one'],
    [{ servers: ['127.0.0.1:7401'] }, "'127.0.0.1:7401' is not the URL of a server"],
    [{ servers: ['http://me:my-password@bank:7401'] }, "'http://***@bank:7401' has a user or a password"],
    [{ servers: ['ftp://me:my-password@bank'] }, "'ftp://***@bank' is not the URL of a server"],
    [{ key: '' }, 'key must be'],
    [{ key: 'a\r\nb' }, 'key must be'],
    [{ attemptsMax: 0 }, 'attemptsMax must be'],
    [{ totalTimeoutMs: Number.NaN }, 'totalTimeoutMs must be'],
  ])('%j is refused', (options, sentence) => {
    expect(() => connect(options)).toThrow(LastroOptionsError);
    expect(() => connect(options)).toThrow(sentence);
  });
});
