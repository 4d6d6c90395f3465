import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningBank } from '../../apps/cli/src/data-directory/running-bank.ts';
import { LastroProcess, statusOf } from '../../apps/cli/test/lastro-process.ts';
import { axeFindings, HAS_CHROMIUM, overflow, signIn, startBrowser } from './console-browser.ts';

const DIST = join(import.meta.dirname, '../../apps/console/dist');
const SIZE_MAX_BYTES = 250 * 1024;
const PATIENCE_MS = 60_000;
const PICTURE_AFTER_MS = 40_000;
/** Where `npm run screenshots` wants the pictures of the guides. */
const PICTURES = process.env['LASTRO_SCREENSHOTS'];

it('is less than 250 KB of files to fetch, compressed', async () => {
  const files = await readdir(DIST, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((file) => file.isFile() && !/\.(br|gz)$/.test(file.name))
      .map(async ({ parentPath, name }) => gzipSync(await readFile(join(parentPath, name))).length),
  );
  expect(sizes.reduce((total, size) => total + size, 0)).toBeLessThan(SIZE_MAX_BYTES);
});

const WHERE = HAS_CHROMIUM ? 'in Chromium' : 'skipped: there is no Chromium here';

describe.skipIf(!HAS_CHROMIUM)(`the console of lastro up, ${WHERE}`, () => {
  let directory: string;
  let up: LastroProcess;
  let bank: RunningBank;
  let key: string;
  let browser: Browser;
  const stopped = new Set<number>();

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-console-'));
    const dataDir = join(directory, 'data');
    up = new LastroProcess(
      ['up', '--port', '0', '--business', '2', '--clients', '10', '--data-dir', dataDir],
      {},
    );
    [browser] = await Promise.all([startBrowser(), up.says('Ctrl-C stops it')]);
    ({ bank } = await statusOf(dataDir));
    key = (await readFile(bank.keyFile, 'utf8')).trim();
  });
  afterAll(async () => {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
    await browser?.close();
    up?.child.kill('SIGINT');
    await up?.ended;
    await rm(directory, { recursive: true, force: true });
  });

  const url = () => bank.businessServices[0]!;
  const look = (options: Partial<Parameters<typeof signIn>[1]> = {}) =>
    signIn(browser, { url: url(), key, ...options });
  const service = (page: Page, name: string) => page.locator(`[data-service="${name}"]`);
  const hold = (name: string): void => {
    stopped.add(bank.pids[name]!);
    process.kill(bank.pids[name]!, 'SIGSTOP');
  };
  const release = (name: string): void => {
    process.kill(bank.pids[name]!, 'SIGCONT');
    stopped.delete(bank.pids[name]!);
  };

  async function call(method: string, at: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(new URL(path, at), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
    return response.status === 204 ? undefined : response.json();
  }

  async function picture(page: Page, name: string): Promise<void> {
    if (PICTURES === undefined) return;
    await mkdir(PICTURES, { recursive: true });
    // For the eye: some of the past to look at.
    if (name === 'console') await page.waitForTimeout(PICTURE_AFTER_MS);
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  it.each([
    ['en', 'light', 1440],
    ['pt-BR', 'dark', 768],
    ['pt-BR', 'light', 360],
  ] as const)(
    'shows the bank at work in %s, %s, %i pixels wide; axe and the browser find nothing wrong',
    async (language, theme, width) => {
      const { page, complaints } = await look({ language, theme, width });
      await page.locator('canvas').nth(4).waitFor();
      await service(page, 'business-2').waitFor();
      await expect
        .poll(() => service(page, 'business-2').getAttribute('data-state'), { timeout: PATIENCE_MS })
        .toBe('up');
      expect(await overflow(page)).toBe(0);
      if (width === 1440) await picture(page, 'console');
      expect(complaints()).toEqual([]);
      expect(await axeFindings(page)).toEqual([]);
      await page.context().close();
    },
    PATIENCE_MS,
  );

  it('does not let in who has no key of the bank, and does not keep a key that it was not asked to keep', async () => {
    const page = await browser.newPage();
    await page.goto(url());
    await page.getByLabel('Key', { exact: true }).fill('lastro_nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The bank does not take this key').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation').waitFor();
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])',
    );
    expect(kept).not.toContain(key);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
  });

  it('asks for another key when the one of the session is revoked', async () => {
    const issued = (await call('POST', url(), '/v1/keys', { name: 'passing', scope: 'read' })) as {
      key: string;
    };
    const { page } = await look({ key: issued.key });
    await call('DELETE', url(), '/v1/keys/passing');
    await page.getByText('The bank no longer takes the key').waitFor({ timeout: PATIENCE_MS });
    await page.context().close();
  });

  it('moves nothing when a slow answer comes', async () => {
    const { page } = await look();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/v1/system*', async (route) => {
      await asked;
      await route.continue();
    });
    await page.evaluate(`
      globalThis.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.shifted += entry.value;
      }).observe({ type: 'layout-shift' });
    `);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('main').getByText('Loading').waitFor({ state: 'attached' });
    const headingTop = async () => (await page.getByRole('heading', { level: 1 }).boundingBox())?.y;
    const before = await headingTop();
    answer();
    await page.locator('canvas').nth(4).waitFor();
    expect(await headingTop()).toBe(before);
    expect(await page.evaluate<number>('globalThis.shifted')).toBeLessThan(0.1);
    await page.context().close();
  });

  it(
    'sees a killed business service die, its queue wait, and drain when it is back (I1)',
    async () => {
      const { page } = await look({ theme: 'dark' });
      const second = service(page, 'business-2');
      await call('POST', url(), '/v1/accounts', { id: 'kept-safe' });
      const textOf = async () => (await second.getAttribute('aria-label')) ?? '';
      // Nobody starts it again, and nobody posts, until it was seen.
      hold('up');
      hold('data');
      const operations = Array.from({ length: 25 }, () => ({
        type: 'deposit',
        account: 'kept-safe',
        amount: 100,
      }));
      await call('POST', bank.businessServices[1]!, '/v1/operations', { operations });
      await expect.poll(textOf, { timeout: PATIENCE_MS }).toMatch(/queue (?!0$)[\d,]+/);
      process.kill(bank.pids['business-2']!, 'SIGKILL');
      await expect.poll(textOf, { timeout: PATIENCE_MS }).toMatch(/down.*keeps [1-9]/);
      await page.getByText('Kept by business-2').waitFor();
      release('data');
      await picture(page, 'console-killed-service');
      release('up');
      await expect.poll(textOf, { timeout: PATIENCE_MS }).toMatch(/up.*queue 0$/);
      const { balance } = (await call('GET', url(), '/v1/accounts/kept-safe/balance')) as {
        balance: number;
      };
      expect(balance).toBe(2_500);
      await page.context().close();
    },
    3 * PATIENCE_MS,
  );
});
