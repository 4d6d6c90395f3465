import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { goTo, HAS_CHROMIUM, signIn, startBrowser } from './console-browser.ts';

const BATCHES = 90;
/** A verification is a process of low priority. */
const PATIENCE = { timeout: 50_000 };

describe.skipIf(!HAS_CHROMIUM)('the page of the ledger', () => {
  let bank: WholeBank;
  let browser: Browser;
  let page: Page;
  let database: pg.Client;
  let complaints: () => readonly string[];

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    database = new pg.Client({ connectionString: bank.databaseUrl });
    await database.connect();
    for (const [id, currency] of [
      ['ana', 'BRL'],
      ['kenji', 'JPY'],
      ['badr', 'BHD'],
    ] as const) {
      await bank.call('POST', '/v1/accounts', { id, currency });
      await bank.call('POST', '/v1/deposits', { account: id, amount: 1_234_567, currency });
    }
    await bank.call('POST', '/v1/withdrawals', { account: 'ana', amount: 9_999_999 });
    for (let batch = 0; batch < BATCHES; batch += 1)
      await bank.call('POST', '/v1/deposits', { account: 'ana', amount: 1 });
    ({ page, complaints } = await signIn(browser, { url: bank.url, key: bank.key }));
    await goTo(page, '/ledger');
  });
  afterAll(async () => {
    await browser?.close();
    await database?.end();
    await bank?.stop();
  });

  const panel = (name: string) => page.getByRole('region', { name });
  const verification = () => panel('Verification of the chain');
  const head = async () =>
    (await bank.call('GET', '/v1/trial-balance')).body as unknown as { sequence: number };

  it('shows debits and credits of each currency, with the decimals that it has', async () => {
    const row = (currency: string) => panel('Trial balance').getByRole('row').filter({ hasText: currency });
    await expect.poll(() => row('JPY').innerText(), PATIENCE).toMatch(/1,234,567\s+1,234,567\s+equal/);
    expect(await row('BHD').innerText()).toMatch(/1,234\.567\s+1,234\.567\s+equal/);
    expect(await row('BRL').innerText()).toMatch(/12,346\.57\s+12,346\.57\s+equal/);
  });

  it('lists the batches as they are committed, as far back as somebody scrolls, and shows one', async () => {
    const newest = () => panel('Batches').getByRole('row').nth(1).innerText();
    const before = await newest();
    await bank.call('POST', '/v1/deposits', { account: 'ana', amount: 1 });
    await expect.poll(newest, PATIENCE).not.toBe(before);
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 5_000);
        return panel('Batches').getByText('That is all.').isVisible();
      }, PATIENCE)
      .toBe(true);
    await page.getByRole('link', { name: '7', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Batch 7' }).waitFor();
    await page.getByText('1: 0 posted, 1 rejected').waitFor();
    await page.getByRole('row').filter({ hasText: 'not enough money' }).waitFor();
    await page.getByRole('link', { name: 'batch 6' }).click();
    await page.getByRole('heading', { level: 1, name: 'Batch 6' }).waitFor();
    await page.getByRole('link', { name: 'All batches' }).click();
  });

  it('says so where there is no such batch', async () => {
    await goTo(page, '/ledger/batches/999999');
    await page.getByText('No batch has this number.').waitFor();
    await goTo(page, '/ledger');
  });

  it('verifies the chain from the first operation, and shows how far it is', async () => {
    await whileStuck(async () => {
      await verification().getByRole('button', { name: 'Verify everything' }).click();
      await verification().getByRole('progressbar').waitFor();
      await verification()
        .getByText(/^Starting|operations checked$/)
        .waitFor();
    });
    const { sequence } = await head();
    await verification().getByText(`Whole: ${sequence} operations computed again`).waitFor(PATIENCE);
    await verification().getByText('Started by admin').waitFor();
  });

  it('calls a verification off', async () => {
    await whileStuck(async () => {
      await verification().getByRole('button', { name: 'Only what is new' }).click();
      await verification().getByRole('button', { name: 'Cancel' }).click();
      await verification().getByText('Cancelled after').waitFor();
    });
    await verification().getByRole('button', { name: 'Verify everything' }).waitFor();
  });

  it('finds what somebody has changed behind its back (I8)', async () => {
    await database.query('UPDATE operation SET amount = amount + 1 WHERE sequence = 3');
    await verification().getByRole('button', { name: 'Verify everything' }).click();
    await verification()
      .getByText(/^Not whole/)
      .waitFor(PATIENCE);
    await verification().getByRole('listitem').first().waitFor();
  });

  it('starts none for who may only read', async () => {
    const issued = await bank.call('POST', '/v1/keys', { name: 'reader', scope: 'read' });
    const { key } = issued.body as unknown as { key: string };
    const { page: other } = await signIn(browser, { url: bank.url, key });
    await goTo(other, '/ledger');
    await other.getByText('A key with the scope admin can start one.').waitFor();
    await other.context().close();
  });

  it('gave the browser nothing to complain of', () => {
    expect(complaints()).toEqual([]);
  });

  /** A verification gets no further than to the checkpoints. */
  async function whileStuck(look: () => Promise<void>): Promise<void> {
    await database.query('BEGIN; LOCK TABLE account_checkpoint IN ACCESS EXCLUSIVE MODE');
    try {
      await look();
    } finally {
      await database.query('ROLLBACK');
    }
  }
});
