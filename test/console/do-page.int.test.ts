import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { goTo, HAS_CHROMIUM, signIn, startBrowser } from './console-browser.ts';

interface Sent {
  readonly operations: readonly { readonly id: string }[];
}

describe.skipIf(!HAS_CHROMIUM)('the page on which something is done', () => {
  let bank: WholeBank;
  let browser: Browser;
  let page: Page;
  let complaints: () => readonly string[];

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    for (const id of ['alice', 'bob']) await bank.call('POST', '/v1/accounts', { id });
    await bank.call('POST', '/v1/accounts', { id: 'kenji', currency: 'JPY' });
    ({ page, complaints } = await signIn(browser, { url: bank.url, key: bank.key }));
    await goTo(page, '/do');
  });
  afterAll(async () => {
    await browser?.close();
    await bank?.stop();
  });

  const field = (label: string) => page.getByRole('tabpanel').getByLabel(label);
  const press = (name: string) => page.getByRole('tabpanel').getByRole('button', { name }).click();
  /** The newest first. */
  const sent = () => page.getByRole('region', { name: 'Sent from here' }).getByRole('listitem').first();
  const balanceOf = async (id: string) =>
    (await bank.call('GET', `/v1/accounts/${id}/balance`)).body as unknown as {
      readonly balance: number;
      readonly held: number;
    };
  const isSending = (route: Route) =>
    route.request().method() === 'POST' && !route.request().url().includes('dryRun');

  it('checks a deposit as it is typed, and shows the result arriving', async () => {
    await field('To account').fill('al!ce');
    await page.getByText('Letters, digits and . _ : - only').waitFor();
    await field('To account').fill('nobody');
    await page.getByText('There is no such account.').waitFor();
    await field('To account').fill('alice');
    await page.getByText('available R$0.00').waitFor();
    const button = page.getByRole('tabpanel').getByRole('button', { name: 'Deposit' });
    for (const [text, fault] of [
      ['1.234,56', 'Write it like 12,345.67.'],
      ['1.234', 'Too many decimals'],
      ['much', 'Write it like 12,345.67.'],
    ] as const) {
      await field('Amount (BRL)').fill(text);
      await field('Amount (BRL)').blur();
      await page.getByText(fault).waitFor();
      expect(await button.isDisabled()).toBe(true);
    }
    await field('Amount (BRL)').fill('1,234.56');
    await page.getByText('It would be posted: alice R$1,234.56').waitFor();
    await field('Description (optional)').fill('Salary');
    await press('Deposit');
    await sent().getByText('Posted. alice R$1,234.56').waitFor();
    await sent().getByRole('link', { name: 'Look at it' }).waitFor();
    expect(await field('Amount (BRL)').inputValue()).toBe('');
  });

  it('withdraws, and says before and after why not', async () => {
    await page.getByRole('tab', { name: 'Deposit' }).press('ArrowRight');
    await field('From account').fill('alice');
    await field('Amount (BRL)').fill('2000');
    await page.getByText('It would be rejected: not enough money.').waitFor();
    await press('Withdraw');
    await sent().getByText('Rejected: not enough money.').waitFor();
    await field('Amount (BRL)').fill('34.56');
    await press('Withdraw');
    await sent().getByText('Posted. alice R$1,200.00').waitFor();
  });

  it('transfers between accounts, offers those that begin so, and knows their currency', async () => {
    await page.getByRole('tab', { name: 'Transfer' }).click();
    await field('To account').fill('ken');
    await expect
      .poll(() => page.locator('option[value="kenji"]').count(), { message: 'an offered account' })
      .toBe(1);
    await field('To account').fill('bob');
    await field('Amount (BRL)').fill('200');
    await page.getByText('It would be posted: alice R$1,000.00 · bob R$200.00').waitFor();
    await press('Transfer');
    await sent().getByText('Posted. alice R$1,000.00 · bob R$200.00').waitFor();
    await page.getByRole('tab', { name: 'Deposit' }).click();
    await field('To account').fill('kenji');
    await field('Amount (JPY)').fill('1500');
    await press('Deposit');
    await sent().getByText('Posted. kenji ¥1,500').waitFor();
  });

  it('holds money, and captures a part of it from the list of what was sent', async () => {
    await page.getByRole('tab', { name: 'Hold' }).click();
    await field('To account').fill('bob');
    await field('Amount (BRL)').fill('100');
    await field('Released by itself').selectOption({ label: 'After a day' });
    await press('Hold the money');
    await sent().getByText('Posted.').waitFor();
    expect((await balanceOf('alice')).held).toBe(10_000);
    await sent().getByRole('button', { name: 'Capture' }).click();
    await page.getByText('R$100.00 · alice → bob · open').waitFor();
    await field('Amount (BRL)').fill('60');
    await press('Capture the hold');
    await sent().getByText('Posted. alice R$940.00 · bob R$260.00').waitFor();
    expect((await balanceOf('alice')).held).toBe(0);
  });

  it('sends the same id again when the answer is lost, and it takes effect once (I2)', async () => {
    const ids: string[] = [];
    await page.route('**/v1/operations', async (route) => {
      if (!isSending(route)) return route.continue();
      ids.push((route.request().postDataJSON() as Sent).operations[0]!.id);
      if (ids.length > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await page.getByRole('tab', { name: 'Transfer' }).click();
    await field('To account').fill('bob');
    await field('Amount (BRL)').fill('40');
    await press('Transfer');
    await sent().getByText('Posted. alice R$900.00 · bob R$300.00').waitFor();
    await page.unroute('**/v1/operations');
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    expect((await balanceOf('bob')).balance).toBe(30_000);
  });

  it('says that an operation was taken while the ledger is down, and shows it posted when it is back (I9)', async () => {
    await bank.stopData();
    await field('Amount (BRL)').fill('1');
    await page.getByText('What is sent is accepted all the same').waitFor();
    await press('Transfer');
    await sent().getByText('Accepted: on disk, waiting for the ledger.').waitFor();
    await bank.startData();
    await sent().getByText('Posted. alice R$899.00').waitFor();
  });

  it('reads and writes money as Portuguese does', async () => {
    const { page: other } = await signIn(browser, { url: bank.url, key: bank.key, language: 'pt-BR' });
    await goTo(other, '/do');
    await other.getByLabel('Para a conta').fill('alice');
    await other.getByLabel('Valor (BRL)').fill('1,234.56');
    await other.getByLabel('Valor (BRL)').blur();
    await other.getByText('Escreva como 12.345,67.').waitFor();
    await other.getByLabel('Valor (BRL)').fill('1.101,00');
    await other.getByText(/Seria lançada: alice R\$\s2\.000,00/).waitFor();
    await other.getByRole('tabpanel').getByRole('button', { name: 'Depositar' }).click();
    await other.getByText(/Lançada\. alice R\$\s2\.000,00/).waitFor();
    await other.context().close();
  });

  it('gave the browser nothing to complain of', () => {
    expect(complaints()).toEqual([]);
  });
});
