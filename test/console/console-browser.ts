import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Whether this machine has a browser to look with; where it has none, the tests say so. */
export const HAS_CHROMIUM = CHROMIUM !== undefined;

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
}

interface Look {
  readonly url: string;
  readonly key: string;
  readonly language?: 'en' | 'pt-BR';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

const LABELS = {
  en: { key: 'Key', signIn: 'Sign in' },
  'pt-BR': { key: 'Chave', signIn: 'Entrar' },
} as const;

async function newContext(
  browser: Browser,
  { language = 'en', theme = 'light', width = 1440 }: Look,
): Promise<BrowserContext> {
  return browser.newContext({
    ...{ viewport: { width, height: 900 }, locale: language, colorScheme: theme },
    ...{ timezoneId: 'America/Sao_Paulo', acceptDownloads: true },
  });
}

/** A page of the console of which whoever looks has signed in. `complaints`: what the browser had to complain of. */
export async function signIn(
  browser: Browser,
  look: Look,
): Promise<{ readonly page: Page; complaints: () => readonly string[] }> {
  const { url, key, language = 'en' } = look;
  const page = await (await newContext(browser, look)).newPage();
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      heard.push(message.text());
  });
  await page.goto(url);
  await page.getByLabel(LABELS[language].key, { exact: true }).fill(key);
  await page.getByRole('button', { name: LABELS[language].signIn }).click();
  await page.getByRole('navigation').waitFor();
  return { page, complaints: () => heard };
}

/** Goes to another page as a link does: the session stays. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);
}

/** Tabs of one window, signed in from the start by a key that somebody asked to keep, and watched for what moves by itself. */
export async function openTabs(
  browser: Browser,
  look: Look,
  paths: readonly string[],
): Promise<readonly Page[]> {
  const context = await newContext(browser, look);
  await context.addInitScript(`
    sessionStorage.setItem('lastro.key', ${JSON.stringify(look.key)});
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries())
        if (!hadRecentInput)
          shifts.push(value.toFixed(4) + sources.map(({ node }) => ' ' + node?.outerHTML?.slice(0, 80)).join());
    }).observe({ type: 'layout-shift', buffered: true });
  `);
  return Promise.all(
    paths.map(async (path) => {
      const page = await context.newPage();
      await page.goto(new URL(path, look.url).href);
      return page;
    }),
  );
}

/** What has moved by itself since a tab was loaded, and how far. */
export async function shiftsOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>('shifts');
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

let axeSource: string | undefined;

/** What axe finds wrong, each as one line. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  axeSource ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(`${axeSource};0`);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
