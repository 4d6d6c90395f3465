import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillLargeLedger } from '../../apps/data-service/test/large-ledger.ts';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { goTo, HAS_CHROMIUM, signIn, startBrowser } from './console-browser.ts';

const ACCOUNTS = 1_000_000;
const OPERATIONS = 100_000;
/** Rows that are in the document at a time, whatever the list has. */
const ROWS_DRAWN_MAX = 80;
const SCROLLS = 200;

describe.skipIf(!HAS_CHROMIUM)('a bank with a million accounts', () => {
  let bank: WholeBank;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    await bank.stopData();
    const client = new pg.Client({ connectionString: bank.databaseUrl });
    await client.connect();
    await fillLargeLedger(client, { accounts: ACCOUNTS, operations: OPERATIONS });
    await client.query('ANALYZE');
    await client.end();
    await bank.startData();
    ({ page } = await signIn(browser, { url: bank.url, key: bank.key }));
  });
  afterAll(async () => {
    await browser?.close();
    await bank?.stop();
  });

  it('is scrolled through page by page, and never drawn as a whole', async () => {
    await goTo(page, '/accounts');
    await page.getByRole('row').nth(1).waitFor();
    for (let scroll = 0; scroll < SCROLLS; scroll += 1) {
      await page.mouse.wheel(0, 4_000);
      expect(await page.getByRole('row').count()).toBeLessThan(ROWS_DRAWN_MAX);
    }
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(100_000);
    const shown = await page.getByText(/so far$/).innerText();
    const read = Number(shown.replaceAll(/\D/g, ''));
    expect(read).toBeGreaterThan(2_000);
    expect(read).toBeLessThan(ACCOUNTS);
  });

  it('finds one of them at once by its id', async () => {
    await goTo(page, '/accounts');
    await page.getByLabel('Id begins with').fill('a-99999');
    await page.getByRole('row').filter({ hasText: 'a-999999' }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(1 + 11);
    await page.getByLabel('Id begins with').fill('a-765432');
    await page.getByLabel('Id begins with').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'a-765432' }).waitFor();
  });

  it('shows its operations as it is scrolled', async () => {
    await goTo(page, '/operations');
    await page.getByText('Up to operation 100,000').waitFor();
    for (let scroll = 0; scroll < SCROLLS; scroll += 1) await page.mouse.wheel(0, 4_000);
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(50_000);
    expect(await page.getByRole('row').count()).toBeLessThan(ROWS_DRAWN_MAX);
  });
});
