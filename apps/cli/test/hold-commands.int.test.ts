import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../../../test/whole-bank/whole-bank.ts';
import { runCommand } from './run-command.ts';

let bank: WholeBank;

beforeAll(async () => {
  bank = await WholeBank.start();
  for (const line of ['account open alice', 'account open shop', 'deposit alice 100']) await lastro(line);
});
afterAll(() => bank.stop());

/** Runs a command against the bank of the test; its exit status and all that it said. */
async function lastro(line: string, ...more: string[]): Promise<[number, ...string[]]> {
  const args = [...line.split(' '), ...more, '--servers', bank.url];
  const { status, printed, noted } = await runCommand(args, { LASTRO_API_KEY: ADMIN_KEY });
  return [status, ...printed, ...noted];
}

const idIn = (line: string | number | undefined): string => String(line).replace('operation ', '');

describe('lastro hold, capture and void', () => {
  it('reserve money, pay a part of it, and release the rest', async () => {
    const [status, held, operation] = await lastro('hold alice shop 60 --expires-in 7d');
    expect(status).toBe(0);
    expect(held).toMatch(/^holds 60[.]00 BRL on alice for shop, until 2/);
    expect((await lastro('account show alice')).join()).toMatch(/held +60[.]00 BRL/);
    expect(await lastro(`capture ${idIn(operation)} 45.50`)).toEqual([
      0,
      'paid 45.50 BRL from alice to shop',
      expect.stringMatching(/^operation /),
    ]);
    const again = await lastro(`void ${idIn(operation)}`);
    expect(again[0]).toBe(1);
    expect(again[1]).toContain('captured already');
  });

  it('say what is wrong', async () => {
    expect((await lastro('hold alice shop 5 --expires-in soon'))[1]).toContain('90s, 30m, 12h or 7d');
    expect((await lastro('capture 17'))[1]).toContain('must be a UUID');
    expect((await lastro('hold nobody shop 5'))[1]).toContain("account 'nobody' does not exist");
  });
});

describe('lastro reverse', () => {
  it('moves back a part, and then the rest', async () => {
    const id = idIn((await lastro('transfer alice shop 10'))[2]);
    expect((await lastro(`reverse ${id} 2.50`))[1]).toBe('moved back 2.50 BRL from shop to alice');
    expect((await lastro(`reverse ${id}`, '--description', 'returned'))[1]).toBe(
      'moved back 7.50 BRL from shop to alice',
    );
    expect((await lastro(`reverse ${id}`))[0]).toBe(1);
  });
});

describe('lastro account freeze, unfreeze, update and close', () => {
  it('change an account for as long as it is there', async () => {
    await lastro('account open dora');
    expect((await lastro('account freeze dora --side debits'))[1]).toBe('froze debits of dora');
    expect((await lastro('account show dora')).join()).toContain('debits frozen');
    expect((await lastro('account unfreeze dora'))[1]).toBe('unfroze debits and credits of dora');
    expect((await lastro('account update dora --overdraft 50', '--name', 'Dora D.'))[1]).toBe(
      'changed dora: may go 50.00 BRL below zero',
    );
    expect((await lastro('account update dora'))[0]).toBe(2);
    expect((await lastro('account close dora'))[1]).toBe('closed dora');
    expect((await lastro('deposit dora 1')).join()).toContain('closed');
  });
});
