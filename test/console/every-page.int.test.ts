import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WholeBank } from '../whole-bank/whole-bank.ts';
import {
  axeFindings,
  goTo,
  HAS_CHROMIUM,
  openTabs,
  overflow,
  shiftsOf,
  signIn,
  startBrowser,
} from './console-browser.ts';

const TRANSFER = '01890a5d-ac96-774b-bcce-b302099a8001';
const HOUR_MS = 3_600_000;
const WIDTHS = [360, 768, 1440];

/** Every page, and what only stands on it once it has read what it shows. */
const PAGES = [
  { path: '/', heading: /^(Overview|Visão geral)$/, shown: '[data-service="business-1"][data-state="up"]' },
  { path: '/accounts', heading: /^(Accounts|Contas)$/, shown: '[role="row"] a' },
  { path: '/accounts/alice', heading: /^alice$/, shown: '[role="row"] a' },
  { path: '/operations', heading: /^(Operations|Operações)$/, shown: '[role="row"] a' },
  { path: `/operations/${TRANSFER}`, heading: /^(Transfer|Transferência)$/, shown: '[aria-current="true"]' },
  { path: '/do', heading: /^(Do|Fazer)$/, shown: '[role="tab"]' },
  { path: '/ledger', heading: /^(Ledger|Razão)$/, shown: '[role="row"] a' },
  { path: '/ledger/batches/1', heading: /^(Batch 1|Lote 1)$/, shown: '[role="row"] a' },
];
/** Pages that have nothing to show before they have read; what the overview shows is read on every page. */
const READING = PAGES.filter(({ path }) => path !== '/' && path !== '/do');

describe.skipIf(!HAS_CHROMIUM)('every page', () => {
  let bank: WholeBank;
  let browser: Browser;
  let key: string;

  beforeAll(async () => {
    [bank, browser] = await Promise.all([WholeBank.start(), startBrowser()]);
    for (const id of ['alice', 'bob']) await bank.call('POST', '/v1/accounts', { id });
    await bank.call('POST', '/v1/deposits', { account: 'alice', amount: 5_000 });
    const parties = { from: 'alice', to: 'bob', description: 'Dinner', metadata: { order: 'A-77' } };
    await bank.call('POST', '/v1/transfers', { id: TRANSFER, ...parties, amount: 1_234 });
    await bank.call('POST', '/v1/holds', { from: 'alice', to: 'bob', amount: 500 });
    const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
    const issued = await bank.call('POST', '/v1/keys', { name: 'passing', scope: 'admin', expiresAt });
    ({ key } = issued.body as unknown as { key: string });
  });
  afterAll(async () => {
    vi.useRealTimers();
    await browser?.close();
    await bank?.stop();
  });

  const shown = (page: Page, { shown: selector }: { readonly shown: string }) =>
    page.getByRole('main').locator(selector).first().waitFor();
  const look = () => ({ url: bank.url, key });

  describe.each([
    { language: 'en', theme: 'dark' },
    { language: 'pt-BR', theme: 'light' },
  ] as const)('in $language, $theme', (dress) => {
    let page: Page;
    let complaints: () => readonly string[];
    beforeAll(async () => {
      ({ page, complaints } = await signIn(browser, { ...look(), ...dress, width: WIDTHS[0]! }));
    });
    afterAll(async () => {
      await page?.context().close();
    });

    it.each(PAGES)('is for everybody, at 360, 768 and 1440 px: $path', async (at) => {
      await goTo(page, at.path);
      await page.getByRole('heading', { level: 1, name: at.heading }).waitFor();
      await shown(page, at);
      expect(await axeFindings(page)).toEqual([]);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect([width, await overflow(page)]).toEqual([width, 0]);
      }
      await page.setViewportSize({ width: WIDTHS[0]!, height: 900 });
      expect(complaints()).toEqual([]);
    });
  });

  it.each([360, 1440])('holds the place of what comes late, and moves nothing, at %i px', async (width) => {
    const [page] = (await openTabs(browser, { ...look(), width }, ['/do'])) as [Page];
    await shown(page, { shown: '[role="tab"]' });
    for (const at of READING) {
      let answer: () => void = () => undefined;
      const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/v1/**', async (route) => {
        await mayAnswer;
        await route.continue();
      });
      await goTo(page, at.path);
      await page.getByRole('main').getByText('Loading').first().waitFor({ state: 'attached' });
      answer();
      await shown(page, at);
      await page.unroute('**/v1/**');
      expect([at.path, await shiftsOf(page)]).toEqual([at.path, []]);
    }
    await page.context().close();
  });

  describe('looked at when something goes wrong', () => {
    let tabs: readonly { readonly at: (typeof PAGES)[number]; readonly page: Page }[];

    beforeAll(async () => {
      const pages = await openTabs(
        browser,
        look(),
        PAGES.map(({ path }) => path),
      );
      tabs = PAGES.map((at, index) => ({ at, page: pages[index]! }));
      await everywhere((page, at) => shown(page, at));
    });

    const everywhere = (check: (page: Page, at: (typeof PAGES)[number]) => Promise<unknown>) =>
      Promise.all(tabs.map(({ page, at }) => check(page, at)));
    const badge = (page: Page) => page.getByRole('banner').getByRole('status');

    it('says that the ledger is not reachable, and goes on by itself when it is', async () => {
      await bank.stopData();
      await everywhere(async (page, at) => {
        await page.reload();
        await badge(page).getByText('still accepting').waitFor();
        if (READING.includes(at))
          await page.getByRole('main').getByText('The ledger is not reachable').first().waitFor();
      });
      await bank.startData();
      await everywhere(async (page, at) => {
        await shown(page, at);
        await badge(page).getByText('All up').waitFor();
      });
    });

    it('says that the service does not answer, also where nobody had gone before, and goes on when it does', async () => {
      await bank.stopBusiness(1);
      await everywhere((page) => badge(page).getByText('Service not reachable').waitFor());
      const [{ page } = tabs[0]!] = tabs;
      await goTo(page, '/operations');
      await page.getByRole('main').getByText('The service does not answer').waitFor();
      await bank.startBusiness(1);
      await page.getByRole('main').getByText('Dinner').first().waitFor();
      await everywhere((tab) => badge(tab).getByText('All up').waitFor());
    });

    it('asks for another key when the one of the session has expired', async () => {
      // The services of the test run in its process: for them, the hour is over.
      vi.setSystemTime(Date.now() + 2 * HOUR_MS);
      await everywhere(async (page) => {
        await page.getByText('The bank no longer takes the key').waitFor();
        expect(await page.evaluate('sessionStorage.length')).toBe(0);
      });
      expect(await axeFindings(tabs[0]!.page)).toEqual([]);
    });
  });
});
