import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Door, KEY, startBank } from '../../../packages/sdk/test/bank-in-memory.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

let bank: Awaited<ReturnType<typeof startBank>>;
let door: Door;
beforeEach(async () => {
  bank = await startBank(1);
  door = bank.doors[0]!;
});
afterEach(() => bank.stop());

/** Runs a command against the bank of the test; `line` is split at spaces. */
async function lastro(line: string, ...more: string[]): Promise<CommandResult> {
  return runCommand([...line.split(' '), ...more, '--servers', door.url], { LASTRO_API_KEY: KEY });
}

const said = ({ status, printed, noted }: CommandResult): [number, string] => [
  status,
  [...printed, ...noted].join('\n'),
];

describe('lastro account', () => {
  it('opens accounts, shows one, and lists them', async () => {
    expect(said(await lastro('account open alice'))).toEqual([0, 'opened alice in BRL']);
    expect(said(await lastro('account open bob --currency jpy --overdraft 1,500 --name', 'Bob B.'))).toEqual([
      0,
      'opened bob in JPY, may go 1,500 JPY below zero',
    ]);
    const shown = await lastro('account show bob');
    expect(shown.printed.map((line) => line.split(/\s{2,}/))).toEqual([
      ['account', 'bob'],
      ['name', 'Bob B.'],
      ['balance', '0 JPY'],
      ['available', '1,500 JPY'],
      ['overdraft', '1,500 JPY'],
      ['entries', '0'],
      ['opened', expect.stringMatching(/^2\d{3}-/) as string],
    ]);
    const listed = await lastro('account list --limit 3');
    expect(listed.printed.map((line) => line.split(/\s+/)[0])).toEqual([
      'account',
      '@cash.BRL',
      '@cash.JPY',
      'alice',
    ]);
    expect(listed.noted).toEqual(['there are more: --limit 30']);
    const json = await lastro('account list --prefix b --json');
    expect(JSON.parse(json.printed[0]!)).toMatchObject({
      accounts: [{ id: 'bob', balance: 0 }],
      more: false,
    });
  });

  it('says what to do when the account is there already, or is not', async () => {
    await lastro('account open alice');
    expect(said(await lastro('account open alice'))).toEqual([
      1,
      "lastro: account 'alice' is open already. See it: lastro account show alice",
    ]);
    const missing = [1, "lastro: account 'bob' does not exist. Open it: lastro account open bob"];
    for (const line of ['account show bob', 'balance bob', 'statement bob', 'deposit bob 1']) {
      expect(said(await lastro(line))).toEqual(missing);
    }
    expect(said(await lastro('account list --prefix zz'))).toEqual([0, 'no accounts']);
  });

  it('opens once, however often it is told the same id', async () => {
    for (const _time of [1, 2]) expect((await lastro(`account open alice --id ${ID}`)).status).toBe(0);
  });
});

describe('lastro deposit, withdraw and transfer', () => {
  beforeEach(async () => {
    await lastro('account open alice');
    await lastro('account open bob --overdraft 5');
  });

  it('take amounts as people write them, and tell the new balances', async () => {
    expect((await lastro('deposit alice 100,50')).printed[0]).toBe(
      'deposited 100.50 BRL into alice; balance now: alice 100.50 BRL',
    );
    expect((await lastro('withdraw alice 0.5')).printed[0]).toBe(
      'withdrew 0.50 BRL from alice; balance now: alice 100.00 BRL',
    );
    expect((await lastro('transfer alice bob 25')).printed[0]).toBe(
      'moved 25.00 BRL from alice to bob; balance now: alice 75.00 BRL, bob 25.00 BRL',
    );
    expect(said(await lastro('balance bob'))).toEqual([0, '25.00 BRL   (available 30.00 BRL)']);
    expect(said(await lastro('balance alice'))).toEqual([0, '75.00 BRL']);
  });

  it('give the operation to scripts', async () => {
    const { printed } = await lastro(`deposit alice 1.234,56 --json --id ${ID} --description`, 'pay day');
    expect(JSON.parse(printed[0]!)).toMatchObject({
      id: ID,
      status: 'posted',
      amount: 123_456,
      currency: 'BRL',
      description: 'pay day',
    });
  });

  it('take effect once with the same id, and refuse another content under it', async () => {
    for (const _time of [1, 2])
      expect((await lastro(`deposit alice 10 --id ${ID.toUpperCase()}`)).status).toBe(0);
    expect(said(await lastro('balance alice'))[1]).toBe('10.00 BRL');
  });

  it.each([
    ['withdraw alice 0.01', 1, 'lastro: alice has 0.00 BRL available, which is less than 0.01 BRL'],
    ['transfer bob alice 5.01', 1, 'lastro: bob has 5.00 BRL available, which is less than 5.01 BRL'],
    [
      'transfer alice carol 1',
      1,
      "lastro: account 'carol' does not exist. Open it: lastro account open carol",
    ],
    ['transfer alice alice 1', 1, 'lastro: An operation must move money between two different accounts.'],
    [
      'deposit nobody 1 --currency BRL',
      1,
      "lastro: account 'nobody' does not exist. Open it: lastro account open nobody",
    ],
    ['deposit alice 1 --currency EUR', 1, 'lastro: alice is in BRL: the amount is in EUR'],
    [
      'deposit alice 1.234',
      2,
      "lastro: '1.234' could mean 1234 or 1 and a part: write 1234.00 for the first",
    ],
    ['deposit alice abc', 2, "lastro: 'abc' is not an amount in BRL: write it like 100, 100.00 or 100,00"],
    [
      'deposit alice 1.005',
      2,
      "lastro: '1.005' could mean 1005 or 1 and a part: write 1005.00 for the first",
    ],
    ['deposit alice 0', 2, 'lastro: the amount must be more than zero, and is 0.00 BRL'],
    ['deposit alice -- -5', 2, 'lastro: the amount must be more than zero, and is -5.00 BRL'],
    ['deposit alice -5', 2, 'lastro: the amount must be more than zero, and is -5.00 BRL'],
    ['deposit alice', 2, "lastro: missing required argument 'amount'"],
    ['deposit alice 1 --id 7', 2, "lastro: option '--id <uuid>' argument '7' is invalid. It must be a UUID"],
    [
      'deposit alice 1 --currency reais',
      2,
      "lastro: option '--currency <code>' argument 'reais' is invalid. It must be an ISO 4217 code such as BRL.",
    ],
    [
      'statement alice --limit 0',
      2,
      "lastro: option '--limit <count>' argument '0' is invalid. It must be a whole number from 1 to 1000000.",
    ],
    [
      'statement alice --from 2026-02-31T00:00',
      2,
      "lastro: option '--from <instant>' argument '2026-02-31T00:00' is invalid. It must be a day",
    ],
    ['account open bob --overdraft 1.2.3', 2, "lastro: '1.2.3' is not an amount in BRL"],
    ['account open ../bob', 1, 'lastro: The request does not fit the schema. body/id'],
  ])('%s is refused with what to do', async (line, status, sentence) => {
    const args = line.split(' -- ');
    const result = await runCommand(
      [...args[0]!.split(' '), '--servers', door.url, ...(args[1] === undefined ? [] : ['--', args[1]])],
      { LASTRO_API_KEY: KEY },
    );
    expect([result.status, result.noted[0]?.startsWith(sentence), result.printed]).toEqual([
      status,
      true,
      [],
    ]);
    expect(result.noted).toHaveLength(1);
    expect(bank.ledger.trialBalance().currencies).toMatchObject([{ debit: '0', credit: '0' }]);
  });

  it('say that an operation is safe, and how to see what came of it, while the ledger is down', async () => {
    door.fault = ({ method }) => {
      if (method === 'POST') door.paused = true;
      return undefined;
    };
    // The answer comes without a result, as it does when the wait is over.
    door.waitMaxSeconds = 0;
    const { status, printed } = await lastro(`deposit alice 10 --id ${ID}`);
    expect([status, printed]).toEqual([
      0,
      [
        'accepted, and safe on disk: 10.00 BRL, not posted yet. See later with the same command, which takes effect once:',
        `  lastro deposit alice 10 --currency BRL --id ${ID}`,
      ],
    ]);
    door.fault = () => undefined;
    door.resume();
    const [line] = printed.slice(1);
    const again = await lastro(line!.trim().replace('lastro ', ''));
    expect(again.status).toBe(0);
    expect(bank.ledger.account('alice')?.balance).toBe(1_000);
  });
});

describe('lastro statement', () => {
  beforeEach(async () => {
    await lastro('account open alice');
    for (const amount of ['10', '20,5', '3']) await lastro(`deposit alice ${amount}`);
    await lastro('withdraw alice 1.25 --description', 'a coffee');
  });

  it('shows entries newest first, with the balance after each', async () => {
    const { printed } = await lastro('statement alice');
    expect(printed.map((line) => line.split(/\s{2,}/).slice(1))).toEqual([
      ['type', 'with', 'BRL', 'balance', 'description'],
      ['withdrawal', '@cash.BRL', '-1.25', '32.25', 'a coffee'],
      ['deposit', '@cash.BRL', '+3.00', '33.50'],
      ['deposit', '@cash.BRL', '+20.50', '30.50'],
      ['deposit', '@cash.BRL', '+10.00', '10.00'],
    ]);
    expect(printed[1]).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} {2}/);
  });

  it('shows no more than it was asked for, and says that there is more', async () => {
    const { printed, noted } = await lastro('statement alice --limit 2');
    expect([printed.length, noted]).toEqual([3, ['there are more: --limit 20']]);
    const json = await lastro('statement alice --limit 3 --json');
    const { entries, more } = JSON.parse(json.printed[0]!) as {
      entries: { balance: number }[];
      more: boolean;
    };
    expect([entries.map(({ balance }) => balance), more]).toEqual([[3_225, 3_350, 3_050], true]);
  });
});

describe('a bank that cannot be used', () => {
  it('with a wrong key is told apart', async () => {
    const result = await runCommand(['balance', 'alice', '--servers', door.url], { LASTRO_API_KEY: 'wrong' });
    expect(said(result)).toEqual([
      1,
      'lastro: the bank does not know this key: set LASTRO_API_KEY to one of its keys',
    ]);
  });
});
