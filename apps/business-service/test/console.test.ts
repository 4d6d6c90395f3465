import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from './lmdb-harness.ts';
import { RunningBank } from './running-bank.ts';

const PAGE = '<!doctype html><title>Lastro</title>';
const SCRIPT = 'export {};';

const agent = new Agent();
let bank: RunningBank;

/** The path is sent as it is: no dots are taken out of it on the way. */
async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await agent.request({ origin: bank.business.url, path, method: 'GET', headers });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, text: bytes.toString(), bytes };
}

describe('the console', () => {
  beforeAll(async () => {
    const outside = await temporaryDirectory();
    const directory = join(outside, 'dist');
    await mkdir(join(directory, 'assets'), { recursive: true });
    await writeFile(join(directory, 'index.html'), PAGE);
    await writeFile(join(directory, 'favicon.svg'), '<svg/>');
    await writeFile(join(directory, 'assets', 'index-abc.js'), SCRIPT);
    await writeFile(join(directory, 'assets', 'index-abc.js.br'), brotliCompressSync(SCRIPT));
    await writeFile(join(directory, 'assets', 'index-abc.js.gz'), gzipSync(SCRIPT));
    await writeFile(join(directory, 'index.html.gz'), gzipSync(PAGE));
    await writeFile(join(outside, 'secret.txt'), 'secret');
    bank = await RunningBank.start({ LASTRO_CONSOLE_DIR: directory });
  });
  afterAll(async () => {
    await bank.stop();
    await agent.close();
  });

  it.each([
    '/',
    '/accounts',
    '/accounts/',
    '/accounts/a:1',
    '/operations/x/y',
    '/do',
    '/ledger',
    '/play?x=1',
  ])('is one page at %s, asked for anew each time, under the strictest policy', async (path) => {
    const { status, headers, text } = await get(path);
    expect([status, text, headers['cache-control']]).toEqual([200, PAGE, 'no-cache']);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()') as string,
    });
    const again = await get(path, { 'if-none-match': headers['etag'] as string });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('has files that are kept for ever, because their names change with them', async () => {
    const { status, headers, text } = await get('/assets/index-abc.js');
    expect([status, text]).toEqual([200, SCRIPT]);
    expect(headers['content-type']).toMatch(/^(text|application)\/javascript/);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/favicon.svg')).headers['content-type']).toBe('image/svg+xml');
  });

  it('sends files as they were compressed when it was built, to who can read that', async () => {
    const accepting = async (encoding: string) => {
      const { headers, bytes } = await get('/assets/index-abc.js', { 'accept-encoding': encoding });
      expect(headers['vary']).toMatch(/accept-encoding/i);
      expect(headers['content-type']).toMatch(/javascript/);
      return [headers['content-encoding'], bytes] as const;
    };
    const [br, brotli] = await accepting('gzip, deflate, br');
    expect([br, brotliDecompressSync(brotli).toString()]).toEqual(['br', SCRIPT]);
    const [gz, zipped] = await accepting('gzip');
    expect([gz, gunzipSync(zipped).toString()]).toEqual(['gzip', SCRIPT]);
    const [none, plain] = await accepting('identity');
    expect([none, plain.toString()]).toEqual([undefined, SCRIPT]);
    const page = await get('/do', { 'accept-encoding': 'gzip' });
    expect([page.headers['content-encoding'], gunzipSync(page.bytes).toString()]).toEqual(['gzip', PAGE]);
    const again = await get('/do', {
      'accept-encoding': 'gzip',
      'if-none-match': page.headers['etag'] as string,
    });
    expect(again.status).toBe(304);
  });

  it.each([
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets//../../secret.txt',
    '/assets/%00',
    '/assets/',
    '/assets/gone.js',
    '/../secret.txt',
    '/accounts/../../secret.txt',
  ])('gives nothing but its own files: %s', async (path) => {
    const { status, headers, text } = await get(path);
    if (status === 200) expect(text).toBe(PAGE);
    else expect([headers['content-type'], status]).toEqual(['application/problem+json', expect.any(Number)]);
    expect(text).not.toBe('secret');
  });

  it.each(['/v1/nothing', '/v1', '/nothing', '/doors', '/index.html'])(
    'leaves %s to the API, which answers with a problem',
    async (path) => {
      const { status, headers } = await get(path);
      expect([status, headers['content-type']]).toEqual([401, 'application/problem+json']);
    },
  );

  it('has every page that it links to', async () => {
    const pages = await readFile(new URL('../../console/src/pages/pages.ts', import.meta.url), 'utf8');
    const paths = [...pages.matchAll(/path: '([^']+)'/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  it('says how to build it where it is not built, and the API is there all the same', async () => {
    await bank.restart({ LASTRO_CONSOLE_DIR: join(await temporaryDirectory(), 'gone') });
    const { status, text } = await get('/');
    expect([status, text]).toEqual([404, expect.stringContaining('npm run build:console')]);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/accounts')).status).toBe(401);
  });

  it('can be turned off', async () => {
    await bank.restart({ LASTRO_CONSOLE: 'off' });
    expect((await get('/')).status).toBe(401);
  });
});
