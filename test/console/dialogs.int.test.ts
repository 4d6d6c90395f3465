import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import { axeFindings, goTo, HAS_CHROMIUM, overflow, signIn, startBrowser } from './console-browser.ts';

const TRANSFER = '01890a5d-ac96-774b-bcce-b302099a8011';
const HOLD = '01890a5d-ac96-774b-bcce-b302099a8012';

describe.skipIf(!HAS_CHROMIUM)('the dialogs', () => {
  let bank: WholeBank;
  let browser: Browser;
  let page: Page;
  let complaints: () => readonly string[];

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    for (const id of ['ana', 'bia', 'caio']) await bank.call('POST', '/v1/accounts', { id });
    await bank.call('POST', '/v1/deposits', { account: 'bia', amount: 10_000, description: '=1+1' });
    const parties = { from: 'bia', to: 'caio' };
    await bank.call('POST', '/v1/transfers', { id: TRANSFER, ...parties, amount: 1_234 });
    await bank.call('POST', '/v1/holds', { id: HOLD, ...parties, amount: 500 });
    await bank.call('POST', '/v1/accounts/caio/freeze', {});
    ({ page, complaints } = await signIn(browser, { url: bank.url, key: bank.key }));
  });
  afterAll(async () => {
    await browser?.close();
    await bank?.stop();
  });

  const open = async (path: string, action: string, on = page): Promise<Locator> => {
    await goTo(on, path);
    await on.getByRole('main').getByRole('button', { name: action, exact: true }).click();
    return on.getByRole('dialog');
  };
  /** Presses its button, and sees the result arrive. */
  const send = async (dialog: Locator, action: string): Promise<void> => {
    await dialog.getByText('It would be posted').waitFor();
    await dialog.getByRole('button', { name: action, exact: true }).click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
  };

  describe('in Portuguese, in the dark, on a phone', () => {
    let other: Page;
    beforeAll(async () => {
      ({ page: other } = await signIn(browser, {
        url: bank.url,
        key: bank.key,
        ...{ language: 'pt-BR', theme: 'dark', width: 360 },
      }));
    });
    afterAll(async () => {
      await other?.context().close();
    });

    it.each([
      ['/accounts', 'Abrir uma conta'],
      ['/accounts/bia', 'Exportar'],
      ['/accounts/bia', 'Alterar'],
      ['/accounts/bia', 'Bloquear'],
      ['/accounts/bia', 'Encerrar'],
      ['/accounts/caio', 'Desbloquear'],
      [`/operations/${TRANSFER}`, 'Estornar'],
      [`/operations/${HOLD}`, 'Capturar'],
      [`/operations/${HOLD}`, 'Liberar'],
    ])('are for everybody: on %s, %s', async (path, action) => {
      const dialog = await open(path, action, other);
      await dialog.getByRole('heading', { level: 2 }).waitFor();
      expect([await axeFindings(other), await overflow(other)]).toEqual([[], 0]);
      await other.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(await other.evaluate<string>('document.activeElement.textContent')).toBe(action);
    });
  });

  it('change the name and the limit of an account, and say what is not possible', async () => {
    const dialog = await open('/accounts/bia', 'Change');
    await dialog.getByLabel('Name').fill('Bia & Filhos');
    await dialog.getByLabel('Overdraft limit (BRL)').fill('1,500.5');
    await send(dialog, 'Change');
    await page.getByText('Bia & Filhos').waitFor();
    await page.getByText('R$1,500.50').first().waitFor();
  });

  it('unfreeze an account', async () => {
    const dialog = await open('/accounts/caio', 'Unfreeze');
    await send(dialog, 'Unfreeze');
    await page.getByRole('button', { name: 'Unfreeze' }).waitFor({ state: 'detached' });
  });

  it('release a hold', async () => {
    const dialog = await open(`/operations/${HOLD}`, 'Void');
    await send(dialog, 'Void');
    await page.getByText('The hold was voided').waitFor();
  });

  it('close an account only when its id was written, and it is empty', async () => {
    const refused = await open('/accounts/bia', 'Close');
    await refused.getByLabel('Write bia to be sure').fill('bia');
    await refused.getByText('It would be rejected: the balance is not zero.').waitFor();
    await refused.getByRole('button', { name: 'Cancel' }).click();
    const dialog = await open('/accounts/ana', 'Close');
    const button = dialog.getByRole('button', { name: 'Close', exact: true }).last();
    await dialog.getByLabel('Write ana to be sure').fill('an');
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByLabel('Write ana to be sure').fill('ana');
    await dialog.getByText('It would be posted').waitFor();
    await button.click();
    await dialog.getByText('Posted.').waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('main').getByText('closed', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Freeze' }).waitFor({ state: 'detached' });
  });

  it('say why the bank takes nothing, in the language of whoever looks', async () => {
    const { page: other } = await signIn(browser, { url: bank.url, key: bank.key, language: 'pt-BR' });
    await other.route('**/v1/operations?dryRun=true', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/problem+json',
        json: {
          type: 'urn:lastro:problem:rate_limited',
          title: 'Too much.',
          status: 429,
          code: 'rate_limited',
        },
      }),
    );
    const dialog = await open('/accounts/bia', 'Bloquear', other);
    await dialog.getByText('A chave enviou mais do que o seu limite permite.').waitFor();
    await other.context().close();
  });

  it.each([
    ['csv', 'CSV'],
    ['jsonl', 'JSON Lines'],
    ['ofx', 'OFX'],
  ])('save a statement as %s, whole and as the bank has it', async (format, label) => {
    const dialog = await open('/accounts/bia', 'Export');
    await dialog.getByLabel('Format').selectOption({ label });
    const saved = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(`bia.${format}`);
    const path = `/v1/accounts/bia/statement/export?format=${format}`;
    const asked = await fetch(new URL(path, bank.url), { headers: { authorization: `Bearer ${bank.key}` } });
    const [text, expected] = [await readFile(await download.path(), 'utf8'), await asked.text()];
    expect(timeless(text)).toBe(timeless(expected));
    expect(text).toContain(TRANSFER);
    if (format === 'csv') expect(text).toContain("'=1+1");
    if (format === 'jsonl')
      expect(
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toHaveLength(4);
    if (format === 'ofx') expect(text).toMatch(/<TRNAMT>-12\.34<\/TRNAMT>[\s\S]*<\/OFX>\s*$/);
    await dialog.getByText(/^Saved: \d+ KiB/).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('gave the browser nothing to complain of', () => {
    expect(complaints()).toEqual([]);
  });
});

/** When a file was made is in it. */
function timeless(file: string): string {
  return file
    .replaceAll(/<DT(SERVER|ASOF|END)>\d+[^<]*/g, '<DT$1>')
    .replaceAll(/"exportedAt":"[^"]*"/g, '"exportedAt":""');
}
