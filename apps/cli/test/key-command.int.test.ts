import type { KeyPage } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../../../test/whole-bank/whole-bank.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const A_KEY = /^lastro_[0-9a-f]{64}$/;
const NOBODY = 'http://127.0.0.1:9';

describe('lastro key', () => {
  let bank: WholeBank;

  beforeAll(async () => {
    bank = await WholeBank.start();
  });
  afterAll(() => bank.stop());

  const lastro = (line: string, key = ADMIN_KEY, servers = bank.url): Promise<CommandResult> =>
    runCommand([...line.split(' '), '--servers', servers], { LASTRO_API_KEY: key });
  const said = ({ status, printed, noted }: CommandResult) => [status, printed, noted];

  it('makes a key, and prints it and nothing else', async () => {
    const { status, printed, noted } = await lastro('key create shop --scope operate');
    expect([status, printed, noted]).toEqual([
      0,
      [expect.stringMatching(A_KEY)],
      ['this is the key of shop: it is shown this once, and kept nowhere'],
    ]);
    const [key] = printed;
    expect((await lastro('account open alice', key)).status).toBe(0);
    expect(said(await lastro('key list', key))).toEqual([
      1,
      [],
      ['lastro: The key is not allowed to do this.'],
    ]);
  });

  it('makes keys for customers, which are limited', async () => {
    const { printed } = await lastro(
      'key create alice --scope operate --account alice --account alice:* --rate 100 --expires 2999-12-31',
    );
    expect((await lastro('balance alice', printed[0])).status).toBe(0);
    expect((await lastro('balance bob', printed[0])).noted[0]).toContain("account 'bob' does not exist");
    const { keys } = JSON.parse((await lastro('key list --json')).printed[0]!) as KeyPage;
    expect(keys.find(({ name }) => name === 'alice')).toMatchObject({
      scope: 'operate',
      accounts: ['alice', 'alice:*'],
      rateLimitPerSecond: 100,
      expiresAt: '2999-12-31T00:00:00.000Z',
    });
  });

  it('rotates one, at once or with an overlap, and revokes it', async () => {
    const first = (await lastro('key create turning --scope read')).printed[0]!;
    const later = await lastro('key rotate turning --overlap 600');
    expect(later).toMatchObject({ status: 0, printed: [expect.stringMatching(A_KEY)] });
    expect(later.noted[1]).toMatch(/^the old key works until 2.*Z$/);
    expect((await lastro('account list', first)).status).toBe(0);
    const now = await lastro('key rotate turning');
    expect(now.noted[1]).toBe('the old key is refused from now on');
    expect((await lastro('account list', later.printed[0])).status).toBe(1);
    expect((await lastro('account list', now.printed[0])).status).toBe(0);
    expect(said(await lastro('key revoke turning'))).toEqual([0, ['revoked turning'], []]);
    expect(said(await lastro('account list', now.printed[0]))).toEqual([
      1,
      [],
      ['lastro: the bank does not know this key: set LASTRO_API_KEY to one of its keys'],
    ]);
  });

  it('lists them for people, never with the keys', async () => {
    for (const name of ['zz-1', 'zz-2']) await lastro(`key create ${name} --scope read --account ${name}`);
    await lastro('key revoke zz-1');
    const { printed, noted } = await lastro('key list');
    expect(printed[0]).toMatch(/^name +scope +accounts +a second +made +by +state$/);
    expect(printed.find((line) => line.startsWith('zz-1'))).toMatch(/^zz-1 +read +zz-1 .* admin +revoked 2/);
    expect(printed.join()).not.toContain('lastro_');
    expect(noted).toEqual([]);
    const two = await lastro('key list --limit 2');
    expect([two.printed.length, two.noted]).toEqual([3, ['there are more: --limit 20']]);
  });

  it.each([
    ['key create shop --scope read', 1, 'lastro: A key has, or had, this name: names are never used again.'],
    ['key rotate nobody', 1, 'lastro: No key has this name.'],
    ['key revoke nobody', 1, 'lastro: No key has this name.'],
    ['key create x', 2, "lastro: required option '--scope <scope>' not specified"],
    ['key create x --scope root', 2, "lastro: option '--scope <scope>' argument 'root' is invalid."],
    [
      'key create ../x --scope read',
      2,
      "lastro: command-argument value '../x' is invalid for argument 'name'. It must be 1 to 64",
    ],
    [
      'key create x --scope read --account *',
      2,
      "lastro: option '--account <id>' argument '*' is invalid. It must be the id",
    ],
    [
      'key create x --scope admin --account alice',
      2,
      'lastro: a key that is limited to accounts is for a customer',
    ],
    ['key create x --scope read --rate 0', 2, "lastro: option '--rate <count>' argument '0' is invalid."],
    [
      'key create x --scope read --expires soon',
      2,
      "lastro: option '--expires <instant>' argument 'soon' is invalid.",
    ],
    ['key rotate shop --overlap -1', 2, "lastro: option '--overlap <seconds>' argument '-1' is invalid."],
  ])('says what is wrong in one line: %s', async (line, status, sentence) => {
    const result = await lastro(line);
    expect([result.status, result.printed, result.noted.length]).toEqual([status, [], 1]);
    expect(result.noted[0]!.slice(0, sentence.length)).toBe(sentence);
  });

  it('asks the next business service when one does not answer, and says so when none does', async () => {
    expect((await lastro('key list', ADMIN_KEY, `${NOBODY},${bank.url}`)).status).toBe(0);
    const { status, noted } = await lastro('key create y --scope read', ADMIN_KEY, NOBODY);
    expect([status, noted]).toEqual([
      1,
      [expect.stringMatching(/^lastro: http:\/\/127\.0\.0\.1:9: no answer \(.*\)\. Is the bank up\?$/)],
    ]);
  });
});
