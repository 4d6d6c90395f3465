import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { CreatedWebhook } from '@lastro/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestBank } from './test-bank.ts';

const ROOT = new URL('../../', import.meta.url);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let bank: TestBank;
beforeAll(async () => {
  bank = await TestBank.start({
    data: 1,
    business: 1,
    settings: { LASTRO_WEBHOOK_PRIVATE_ADDRESSES: 'allow', LASTRO_WEBHOOK_RETRY_DELAY_MIN_MS: '20' },
  });
});
afterAll(async () => {
  await bank.stop();
});

it('the receiver in docs/EVENTS.md takes what the bank sends, and nothing else', async () => {
  const guide = await readFile(new URL('docs/EVENTS.md', ROOT), 'utf8');
  const [, code] = /```js\n([^]*?)```/.exec(guide)!;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { body: webhook } = await bank.ask<CreatedWebhook>('POST', '/v1/webhooks', { url, after: 0 });
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', code!], {
    cwd: ROOT,
    env: { ...process.env, WEBHOOK_SECRET: webhook.secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines: string[] = [];
    createInterface({ input: receiver.stdout }).on('line', (line) => lines.push(line));
    await bank.post([{ type: 'open', account: 'alice' }]);
    const [deposit] = await bank.post([{ type: 'deposit', account: 'alice', amount: 5 }]);
    await expect
      .poll(() => lines.at(-1), { timeout: 20_000 })
      .toBe(`${deposit!.sequence} operation.posted ${deposit!.id}`);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['1', '2', '3']);
    const forged = await fetch(url, { method: 'POST', body: '{}', headers: { 'webhook-id': 'evt_9' } });
    expect(forged.status).toBe(401);
  } finally {
    receiver.kill();
  }
});
