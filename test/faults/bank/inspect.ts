import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetterPage, Operation } from '@lastro/contract';
import { request } from 'undici';
import type { NotedHead } from '../check/check-ledger.ts';
import { DeadLetters } from '../check/known-contents.ts';
import { withDatabase } from '../check/read-ledger.ts';
import { BankFault } from './bank-fault.ts';

/** What there has to be of a bank for it to be asked. */
export interface AskedBank {
  readonly adminKey: string;
  readonly businessServices: readonly string[];
  /** Of a service, past whatever is hurt. */
  directUrl(name: string): string;
}

const POLL_MS = 100;
const ASK_TIMEOUT_MS = 5_000;
const HEAD_EVERY_MS = 500;

/** Resolves when no business service holds an operation that is not final. @throws BankFault past the deadline. */
export async function waitUntilDrained(bank: AskedBank, deadlineMs: number): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  for (const name of bank.businessServices) {
    for (let depth: number | undefined = -1; depth !== 0;) {
      depth = await queueDepth(bank, name).catch(() => undefined);
      if (depth !== 0 && performance.now() > deadline) {
        const held = depth === undefined ? 'does not say what it holds' : `still holds ${depth} operations`;
        throw new BankFault(`${name} ${held}, ${deadlineMs} ms after everything was mended`);
      }
      if (depth !== 0) await sleep(POLL_MS);
    }
  }
}

async function queueDepth(bank: AskedBank, name: string): Promise<number> {
  const metrics = await ask(bank, name, '/metrics');
  return Number(/^lastro_queue_depth(?:\{[^}]*\})? (\d+)$/m.exec(metrics)![1]);
}

/** Everything on the dead-letter lists, operation by operation. */
export async function deadLettersOf(bank: AskedBank): Promise<DeadLetters> {
  const letters = [];
  for (const host of bank.businessServices) {
    let cursor = '';
    for (;;) {
      const page = JSON.parse(
        await ask(bank, host, `/v1/dead-letters?limit=1000${cursor}`),
      ) as DeadLetterPage;
      for (const { code, operations } of page.deadLetters)
        letters.push(...operations.map((operation) => ({ host, code, operation })));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
  }
  return new DeadLetters(letters);
}

/** What `name` says of an operation; undefined when it does not know it. */
export async function operationAt(bank: AskedBank, name: string, id: string): Promise<Operation | undefined> {
  return ask(bank, name, `/v1/operations/${id}`).then(
    (text) => JSON.parse(text) as Operation,
    () => undefined,
  );
}

async function ask(bank: AskedBank, name: string, path: string): Promise<string> {
  const answer = await request(bank.directUrl(name) + path, {
    headers: { authorization: `Bearer ${bank.adminKey}` },
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${name} answered ${answer.statusCode} to ${path}: ${text}`);
  return text;
}

/**
 * Notes down, all the time, which batch is the newest: what is seen committed may never be gone (I8). Standbys are not asked: a
 * primary that was cut off comes back as one, and shows commits that no other server has and nobody was told of.
 */
export class HeadWatch {
  readonly #heads: NotedHead[] = [];
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  constructor(databaseUrl: () => string) {
    this.#watching = this.#watch(databaseUrl);
  }

  async stop(): Promise<readonly NotedHead[]> {
    this.#ending.abort();
    await this.#watching;
    return this.#heads;
  }

  async #watch(databaseUrl: () => string): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await withDatabase(databaseUrl(), async (client) => {
        const { rows } = await client.query<{ batch: string; hash: string }>(
          `SELECT batch, encode(hash, 'hex') AS hash FROM ledger_head WHERE NOT pg_is_in_recovery()`,
        );
        this.#heads.push(...rows.map(({ batch, hash }) => ({ batch: Number(batch), hash })));
      }).catch(() => undefined);
      await sleep(HEAD_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
