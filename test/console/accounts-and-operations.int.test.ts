import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { goTo, HAS_CHROMIUM, signIn, startBrowser } from './console-browser.ts';

const TRANSFER = '01890a5d-ac96-774b-bcce-b302099a8001';
const HOLD = '01890a5d-ac96-774b-bcce-b302099a8002';
const DEPOSITS = 150;

describe.skipIf(!HAS_CHROMIUM)('the pages of accounts and operations', () => {
  let bank: WholeBank;
  let browser: Browser;
  let page: Page;
  let complaints: () => readonly string[];

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    await bank.call('POST', '/v1/accounts', { id: 'alice', name: 'Alice', metadata: { branch: '7' } });
    await bank.call('POST', '/v1/accounts', { id: 'bob' });
    const deposits = Array.from({ length: DEPOSITS }, (_, index) => ({
      ...{ type: 'deposit', account: 'alice', amount: 1_000 + index, metadata: { order: `A-${index}` } },
    }));
    await bank.call('POST', '/v1/operations', { operations: deposits });
    const parties = { from: 'alice', to: 'bob' };
    await bank.call('POST', '/v1/transfers', {
      id: TRANSFER,
      ...parties,
      amount: 1_234,
      description: 'Dinner',
    });
    await bank.call('POST', '/v1/holds', { id: HOLD, ...parties, amount: 500 });
    await bank.call('POST', '/v1/accounts', { id: 'kenji', currency: 'JPY' });
    await bank.call('POST', '/v1/deposits', { account: 'kenji', amount: 6_000, currency: 'JPY' });
    ({ page, complaints } = await signIn(browser, { url: bank.url, key: bank.key }));
  });
  afterAll(async () => {
    await browser?.close();
    await bank?.stop();
  });

  const open = async (path: string, heading: string): Promise<void> => {
    await goTo(page, path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const row = (name: string | RegExp) => page.getByRole('row').filter({ hasText: name }).first();

  it('lists accounts, narrowed by filters that stand in the URL, and has no key in it', async () => {
    await open('/accounts', 'Accounts');
    await row('alice').waitFor();
    await page.getByLabel('Id begins with').fill('bo');
    await page.waitForURL(/\?prefix=bo$/);
    await row('bob').waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(page.url()).not.toContain(bank.key);
  });

  it('opens an account, and says before that an id is taken', async () => {
    await open('/accounts', 'Accounts');
    await page.getByRole('button', { name: 'Open an account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Account', { exact: true }).fill('alice');
    await dialog.getByText('It would be rejected: the account exists already.').waitFor();
    await dialog.getByLabel('Account', { exact: true }).fill('zoe');
    await dialog.getByText('It would be posted').waitFor();
    await dialog.getByRole('button', { name: 'Open it' }).click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await row('zoe').waitFor();
  });

  it('shows one account, scrolls its statement to the end, and freezes it', async () => {
    await open('/accounts/alice', 'alice');
    await page.getByText('Exact: from its 151 entries of this time.').waitFor();
    await row('Dinner').waitFor();
    const end = page.getByText('That is all.');
    await expect
      .poll(async () => {
        await page.mouse.wheel(0, 20_000);
        return end.isVisible();
      })
      .toBe(true);
    await page.getByRole('button', { name: 'Freeze', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Which movements').selectOption('credits');
    await dialog.getByRole('button', { name: 'Freeze' }).click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('credits frozen').waitFor();
  });

  it('finds its place again when somebody goes back to a list, and begins a page at its top', async () => {
    await open('/accounts/alice', 'alice');
    await row('Dinner').waitFor();
    await page.mouse.wheel(0, 2_000);
    await expect.poll(() => page.evaluate('scrollY')).toBe(2_000);
    await page.mouse.click(700, 450);
    await page.getByRole('heading', { level: 1, name: 'Deposit' }).waitFor();
    expect(await page.evaluate('scrollY')).toBe(0);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'alice' }).waitFor();
    expect(await page.evaluate('scrollY')).toBe(2_000);
  });

  it('reads amounts with the decimals of their currency', async () => {
    await open('/operations', 'Operations');
    await page.getByLabel('Amount from (0.00)').fill('12.34');
    await page.waitForURL(/amountMin=1234$/);
    await page.getByLabel('Currency').fill('jpy');
    await page.waitForURL(/currency=JPY/);
    await page.getByLabel('Amount from (JPY)').fill('5,000');
    await page.waitForURL(/amountMin=5000/);
    await row('¥6,000').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.waitForURL(/operations$/);
    // What stands in the fields is what the address says, also when somebody goes back to it.
    await open('/operations?account=bob', 'Operations');
    await expect.poll(() => page.getByLabel('Account', { exact: true }).inputValue()).toBe('bob');
    await page.goBack();
    await expect.poll(() => page.getByLabel('Account', { exact: true }).inputValue()).toBe('');
  });

  it('finds operations by their metadata, and shows the life of one', async () => {
    await open('/operations?metadata.order=A-77', 'Operations');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await open(`/operations/${TRANSFER}`, 'Transfer');
    await page.getByText(/^By business-1, on its disk before the answer/).waitFor();
    await page.getByText('1 of 1 in its batch').waitFor();
    await expect.poll(() => row('Credit').innerText()).toContain('R$12.34');
  });

  it('reverses a part of an operation, and no more than is left', async () => {
    await open(`/operations/${TRANSFER}`, 'Transfer');
    await page.getByRole('button', { name: 'Reverse' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Amount').fill('12.35');
    await dialog.getByText('No more than R$12.34 is left.').waitFor();
    // Its own account takes no credits since it was frozen: the bank says so before anything is sent.
    await dialog.getByLabel('Amount').fill('2.34');
    await dialog.getByText('It would be rejected: an account is frozen.').waitFor();
    await bank.call('POST', '/v1/accounts/alice/unfreeze', {});
    await dialog.getByRole('button', { name: 'Reverse' }).click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Can still be reversed: R$10.00').waitFor();
  });

  it('captures a hold, and links what has ended it', async () => {
    await open(`/operations/${HOLD}`, 'Hold');
    await page.getByRole('button', { name: 'Capture' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Capture' }).click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('The hold was captured').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Capture R$5.00' }).waitFor();
  });

  it('gave the browser nothing to complain of', () => {
    expect(complaints()).toEqual([]);
  });
});
