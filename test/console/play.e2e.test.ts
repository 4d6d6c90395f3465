import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Play } from '@lastro/contract';
import { commandLineOf, signalIfThere } from '@lastro/service';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningBank } from '../../apps/cli/src/data-directory/running-bank.ts';
import { LastroProcess, statusOf } from '../../apps/cli/test/lastro-process.ts';
import { axeFindings, HAS_CHROMIUM, overflow, signIn, startBrowser } from './console-browser.ts';

const PATIENCE_MS = 60_000;
/** Where `npm run screenshots` wants the pictures of the guides. */
const PICTURES = process.env['LASTRO_SCREENSHOTS'];
const PATIENT = { timeout: PATIENCE_MS };
const WHERE = HAS_CHROMIUM ? 'in Chromium' : 'skipped: there is no Chromium here';

let directory: string;
let dataDir: string;
let up: LastroProcess;
let bank: RunningBank;
let key: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-play-'));
  dataDir = join(directory, 'data');
  up = new LastroProcess(['up', '--port', '0', '--business', '2', '--data-dir', dataDir]);
  await up.says('Ctrl-C stops it');
  ({ bank } = await statusOf(dataDir));
  key = (await readFile(bank.keyFile, 'utf8')).trim();
});
afterAll(async () => {
  up?.child.kill('SIGINT');
  await up?.ended;
  await rm(directory, { recursive: true, force: true });
});

/** Asks a business service for what is below /v1/play. */
async function play(method: string, path = '', body?: object, of = 0) {
  const response = await fetch(new URL(`/v1/play${path}`, bank.businessServices[of]), {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const look = async () => (await play('GET')).body as unknown as Play;
const simulation = async () => (await look()).simulation;
const stateOf = async (name: string) =>
  (await look()).services.find((service) => service.name === name)?.state;
const pidOf = async (name: string) => (await statusOf(dataDir)).bank.pids[name];
const act = (name: string, action: string, of = 0) =>
  play('POST', `/services/${name}/${action}`, undefined, of);

describe('a bank of lastro up is played with over the API', () => {
  it('runs one simulation, whoever asks at once, while a service is killed; every cent is checked', async () => {
    const starts = await Promise.all(
      [0, 1].map((of) => play('POST', '/simulation', { clients: 4, operationsPerSecond: 100 }, of)),
    );
    expect(starts.map(({ status }) => status).sort()).toEqual([202, 409]);
    await expect.poll(async () => (await simulation())?.posted, PATIENT).toBeGreaterThan(20);

    const pid = await pidOf('business-2');
    expect(await act('business-2', 'kill')).toMatchObject({ status: 202, body: { state: 'restarting' } });
    expect(await act('business-2', 'kill')).toMatchObject({ status: 409, body: { code: 'play_refused' } });
    const { sent } = (await simulation())!;
    await expect.poll(async () => (await simulation())?.sent, PATIENT).toBeGreaterThan(sent + 20);
    await expect.poll(() => stateOf('business-2'), PATIENT).toBe('up');
    expect(await pidOf('business-2')).not.toBe(pid);

    expect((await play('DELETE', '/simulation')).body).toMatchObject({ state: 'checking' });
    await expect.poll(async () => (await simulation())?.state, PATIENT).toBe('stopped');
    const ended = (await simulation())!;
    expect(ended).toMatchObject({ checks: 1, problems: 0 });
    expect(ended.posted + ended.rejected).toBe(ended.sent);
  });

  it('shows that its clients were killed, and by what', async () => {
    await play('POST', '/simulation', { clients: 2, operationsPerSecond: 20 });
    await expect.poll(() => pidOf('clients'), PATIENT).toBeGreaterThan(0);
    process.kill((await pidOf('clients'))!, 'SIGKILL');
    await expect.poll(async () => (await simulation())?.state, PATIENT).toBe('failed');
    expect((await simulation())?.detail).toContain('SIGKILL');
  });

  it('stops a service until it is started, but not the one that is asked; killed, that one answers first', async () => {
    expect((await act('business-1', 'stop')).body['code']).toBe('play_refused');
    expect((await act('business-3', 'stop')).body['code']).toBe('play_service_not_found');
    const pid = (await pidOf('business-2'))!;
    await act('business-2', 'stop');
    await expect.poll(() => commandLineOf(pid), PATIENT).toBe('');
    await act('business-2', 'start');
    await expect.poll(() => stateOf('business-2'), PATIENT).toBe('up');

    expect(await act('business-2', 'kill', 1)).toMatchObject({ status: 202, body: { state: 'restarting' } });
    await expect.poll(() => stateOf('business-2'), PATIENT).toBe('restarting');
    await act('business-2', 'start');
    await expect.poll(() => stateOf('business-2'), PATIENT).toBe('up');
  });
});

const LABELS = {
  en: { play: 'Play', start: 'Start', stop: 'Stop, and check every cent', rate: 'Operations a second' },
  'pt-BR': { play: 'Simular', start: 'Iniciar', stop: 'Parar, e conferir', rate: 'Operações por segundo' },
} as const;
const KILL = { en: 'Kill business-2', 'pt-BR': 'Derrubar business-2' } as const;
const EXACT = { en: 'is as it should be', 'pt-BR': 'está como deve estar' } as const;

describe.skipIf(!HAS_CHROMIUM)(`the page to play, ${WHERE}`, () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await startBrowser()));
  afterAll(() => browser?.close());

  const service = (page: Page, name: string) => page.locator(`[data-played="${name}"]`);
  const figures = (page: Page) => page.locator('dl').innerText();
  const looksRight = async (page: Page) => {
    expect(await overflow(page)).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  };

  it.each([
    ['en', 'light', 1440],
    ['pt-BR', 'dark', 360],
  ] as const)(
    'starts clients, kills a service and stops them in %s, %s, %i pixels wide',
    async (language, theme, width) => {
      const url = bank.businessServices[0]!;
      const { page, complaints } = await signIn(browser, { url, key, language, theme, width });
      const text = LABELS[language];
      await page.getByRole('link', { name: text.play }).click();
      await page.getByLabel(text.rate).fill('150');
      await page.getByRole('button', { name: text.start, exact: true }).click();
      await page.locator('[data-state="running"]').waitFor(PATIENT);
      const before = await figures(page);
      await expect.poll(() => figures(page), PATIENT).not.toBe(before);
      await page.getByRole('button', { name: KILL[language] }).click();
      await service(page, 'business-2').and(page.locator('[data-state="restarting"]')).waitFor();
      await looksRight(page);
      if (PICTURES !== undefined && width === 1440) {
        await page.screenshot({ path: join(PICTURES, 'console-play.png') });
      }
      await act('business-2', 'start');
      await service(page, 'business-2').and(page.locator('[data-state="up"]')).waitFor(PATIENT);
      await page.getByRole('button', { name: text.stop }).click();
      await page.getByText(EXACT[language]).waitFor(PATIENT);
      await looksRight(page);
      expect(complaints()).toEqual([]);
      await page.context().close();
    },
    3 * PATIENCE_MS,
  );

  it('shows a killed service on the overview, and a refusal in words', async () => {
    const { page } = await signIn(browser, { url: bank.businessServices[0]!, key });
    await page.getByRole('link', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Stop business-1' }).click();
    await page.getByText('shows you this page').waitFor();
    await page.getByRole('button', { name: 'Kill business-2' }).click();
    await expect.poll(() => stateOf('business-2'), PATIENT).toBe('restarting');
    // It stays away until that was seen.
    await act('business-2', 'stop');
    await page.getByRole('link', { name: 'Overview' }).click();
    const seen = page.locator('[data-service="business-2"]');
    await expect.poll(() => seen.getAttribute('data-state'), PATIENT).toBe('down');
    await act('business-2', 'start');
    await expect.poll(() => seen.getAttribute('data-state'), PATIENT).toBe('up');
    await page.context().close();
  });
});

// The last test: it ends the bank.
it('ends with lastro up, in the middle of a simulation', async () => {
  await play('POST', '/simulation', { clients: 2, operationsPerSecond: 20 });
  await expect.poll(async () => (await simulation())?.state, PATIENT).toBe('running');
  const { pids } = (await statusOf(dataDir)).bank;
  expect(pids['clients']).toBeGreaterThan(0);
  up.child.kill('SIGINT');
  expect((await up.ended).status).toBe(0);
  for (const pid of Object.values(pids)) {
    expect(await commandLineOf(pid)).toBe('');
    signalIfThere(pid, 'SIGKILL');
  }
});
