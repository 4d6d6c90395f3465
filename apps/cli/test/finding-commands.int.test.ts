import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../../../test/whole-bank/whole-bank.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

describe('what the command line finds in a bank', () => {
  let bank: WholeBank;
  /** Of the files that are written. */
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-finding-'));
    bank = await WholeBank.start();
    for (const line of ['account open ana --name', 'account open rui --name']) {
      const name = line.includes('ana') ? 'Ana Álvares' : 'Rui Abreu';
      expect(await lastro(line, name)).toMatchObject({ status: 0 });
    }
    for (const line of ['deposit ana 100', 'transfer ana rui 25.50', 'account open eva --currency JPY'])
      expect(await lastro(line)).toMatchObject({ status: 0 });
    expect(await lastro('withdraw rui 900')).toMatchObject({ status: 1 });
  });
  afterAll(async () => {
    await bank.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a command against the bank of the test; `line` is split at spaces. */
  async function lastro(line: string, ...more: string[]): Promise<CommandResult> {
    return runCommand([...line.split(' '), ...more, '--servers', bank.url], { LASTRO_API_KEY: ADMIN_KEY });
  }

  it('lists operations that fit, newest first, in the words of people', async () => {
    await vi.waitFor(async () => {
      const { printed } = await lastro('operations --account rui');
      expect(printed.length).toBe(4);
    }, PATIENCE);
    const { printed } = await lastro('operations --account rui');
    expect(printed[0]).toMatch(/^posted\s+operation\s+type\s+status\s+accounts\s+amount$/);
    expect(printed[1]).toMatch(/withdrawal\s+insufficient_funds\s+rui\s+900\.00 BRL$/);
    expect(printed[2]).toMatch(/transfer\s+posted\s+ana -> rui\s+25\.50 BRL$/);
    const json = await lastro('operations --type transfer --min 2550 --max 2550 --status posted --json');
    expect(JSON.parse(json.printed[0]!)).toMatchObject({
      operations: [{ from: 'ana', to: 'rui', amount: 2550 }],
      more: false,
    });
    expect((await lastro('operations --limit 1')).noted).toEqual(['there are more: --limit 10']);
    expect((await lastro('operations --metadata order=1 --metadata shop=2')).noted).toEqual([
      'no operations like these',
    ]);
    expect(await lastro('operations --metadata nothing')).toMatchObject({ status: 2 });
    expect(await lastro('operations --type steal')).toMatchObject({ status: 2 });
  });

  it('lists accounts by name, currency and status', async () => {
    const ids = async (line: string) =>
      (await lastro(line)).printed.slice(1).map((text) => text.split(/\s+/, 1)[0]);
    expect(await ids('account list --name ana')).toEqual(['ana']);
    expect(await ids('account list --currency jpy')).toEqual(['@cash.JPY', 'eva']);
    expect(await ids('account list --status frozen')).toEqual([]);
  });

  it('shows a balance as it stood after an operation', async () => {
    const { printed } = await lastro('operations --account ana --type deposit --json');
    const { operations } = JSON.parse(printed[0]!) as { operations: { sequence: number }[] };
    expect((await lastro(`balance ana --at ${operations[0]!.sequence}`)).printed).toEqual(['100.00 BRL']);
    expect((await lastro('balance ana')).printed).toEqual(['74.50 BRL']);
  });

  it('writes a statement to a file, whole or not at all', async () => {
    const file = join(directory, 'ana.csv');
    expect(await lastro('statement ana --format csv --output', file)).toMatchObject({
      status: 0,
      printed: [`wrote ${file}`],
    });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\r\n');
    expect(lines.length).toBe(5);
    expect(lines[2]).toContain(',transfer,rui,,-25.50,74.50,BRL,');
    const other = join(directory, 'nobody.ofx');
    expect(await lastro('statement nobody --format ofx --output', other)).toMatchObject({
      status: 1,
      noted: ["lastro: account 'nobody' does not exist. Open it: lastro account open nobody"],
    });
    expect((await readdir(directory)).sort()).toEqual(['ana.csv']);
    expect(await lastro('statement ana --format csv')).toMatchObject({ status: 2 });
  });

  it('shows the trial balance, now and at a past moment', async () => {
    const { status, printed } = await lastro('trial-balance');
    expect(status).toBe(0);
    expect(printed).toEqual([
      expect.stringMatching(/^currency\s+accounts\s+debits\s+credits$/),
      expect.stringMatching(/^BRL\s+3\s+100\.00\s+100\.00\s+✓$/),
      expect.stringMatching(/^JPY\s+2\s+0\s+0\s+✓$/),
    ]);
    expect(JSON.parse((await lastro('trial-balance --json --at 1')).printed[0]!)).toMatchObject({
      sequence: 1,
      currencies: [{ currency: 'BRL', debit: '0', balanced: true }],
    });
    expect(await lastro('trial-balance --at yesterday')).toMatchObject({ status: 2 });
  });

  it('builds what is found by again, and finds the same', async () => {
    const before = (await lastro('operations --json')).printed;
    const rebuilt = await runCommand(['reindex', '--database-url', bank.databaseUrl]);
    expect(rebuilt).toMatchObject({ status: 0, noted: [] });
    expect(rebuilt.printed[0]).toMatch(/^✓ \d+ operations can be found/);
    expect((await lastro('operations --json')).printed).toEqual(before);
    const nowhere = await runCommand(['reindex', '--data-dir', join(directory, 'none')]);
    expect(nowhere).toMatchObject({ status: 1 });
  });
});
