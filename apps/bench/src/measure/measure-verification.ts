import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { VerifiedHead, VerifyOptions } from '@lastro/data-service';
import type { Ground } from '../contenders/contender.ts';
import { newKey, startData } from '../contenders/lastro/services.ts';
import { moduleBeside } from '../processes/child.ts';
import { LedgerFiller } from '../verification/ledger-filler.ts';
import type { VerifyOutcome } from '../verification/verify-process.ts';
import type { Progress } from './measure-throughput.ts';

export interface VerificationSettings {
  readonly operations: number;
  readonly accounts: number;
  readonly seed: number;
}

/** One verification, and what else went on. */
export interface VerificationRow extends Omit<VerifyOutcome, 'head'> {
  readonly what: string;
  readonly operationsPerSecond: number;
  /** Posted meanwhile, by the second. */
  readonly writtenPerSecond: number;
}

/** The first verification is of this part of the ledger, to see what does not grow with it. */
const FIRST_PART = 0.25;

/**
 * Fills a ledger and verifies it: a part, all, all while it is written to, and only what that has added.
 *
 * @throws Error when a verification finds anything.
 */
export async function measureVerification(
  ground: Ground,
  { operations, accounts, seed }: VerificationSettings,
  progress: Progress,
): Promise<VerificationRow[]> {
  const databaseUrl = await ground.createDatabase('verification');
  const key = newKey();
  const data = await startData(ground, 'verification', databaseUrl, [{ id: 'business-1', key }]);
  const filler = new LedgerFiller(data.url, key, accounts, seed);
  const rows: VerificationRow[] = [];
  const measure = async (what: string, options: Partial<VerifyOptions> = {}): Promise<VerifiedHead> => {
    const writtenBefore = filler.written;
    const { head, ...outcome } = await verify({ databaseUrl, ...options });
    if (outcome.findingCount > 0) throw new Error(`${what}: ${outcome.findingCount} findings`);
    const { seconds } = outcome;
    const written = filler.written - writtenBefore;
    rows.push({
      what,
      ...outcome,
      operationsPerSecond: outcome.operations / seconds,
      writtenPerSecond: written / seconds,
    });
    progress(`${what}: ${outcome.operations} operations in ${seconds.toFixed(1)} s`);
    return head;
  };

  await filler.openAccounts(accounts);
  await filler.transfer(Math.round(operations * FIRST_PART));
  await measure('a part of it');
  await filler.transfer(operations - filler.written);
  const head = await measure('all of it');
  const enough = new AbortController();
  const writing = filler.transfer(Number.MAX_SAFE_INTEGER, enough.signal);
  await measure('all of it, while it is written to').finally(() => enough.abort());
  await writing;
  await measure('what came since', { since: head });
  return rows;
}

async function verify(options: VerifyOptions): Promise<VerifyOutcome> {
  const child = fork(moduleBeside(import.meta.url, '../verification/verify-process'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(options);
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`the verification ended with status ${String(status)}`);
  });
  const [outcome] = (await Promise.race([once(child, 'message'), ended])) as [VerifyOutcome];
  ended.catch(() => undefined);
  return outcome;
}
