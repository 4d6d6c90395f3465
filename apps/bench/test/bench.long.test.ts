import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrowthResult } from '../src/measure/measure-growth.ts';
import type { VerificationRow } from '../src/measure/measure-verification.ts';
import type { BenchReport } from '../src/report/report.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-bench-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args, '--directory', directory]);
  return stdout;
}

describe('the bench', () => {
  it('measures every contender, finds every operation posted, and leaves nothing behind', async () => {
    const cases = [
      'lastro/single',
      'lastro/bulk',
      'lastro/accepted',
      'lastro/balances',
      'one-transaction-each/single',
      'one-transaction-each/bulk',
      'student-design/single',
      'limit-copy/1000',
      'limit-http/single',
    ];
    const short = '--rounds 1 --seconds 0.5 --warm-up 0 --accounts 100 --business 1 --backlog 2000'.split(
      ' ',
    );
    const report = JSON.parse(
      await bench('run', ...short, '--json', '--only', ...cases, 'latency', 'backlog'),
    ) as BenchReport;
    expect(report.throughput.map(({ id }) => id).sort()).toEqual(cases.sort());
    expect(report.latency.length).toBeGreaterThan(0);
    expect(report.drain?.operations).toBe(2000);
    expect(report.machine.postgresSettings).toMatchObject({ fsync: 'on', synchronous_commit: 'on' });
    expect(existsSync(join(directory, '.lastro-bench'))).toBe(false);
  });

  it('fills the ledger, tells what each size of it costs, and compares it with a fresh one', async () => {
    const flags =
      '--operations 5000 --seconds 0.5 --warm-up 0 --rounds 2 --accounts 100 --business 1 --json'.split(' ');
    const { points, rounds, endAgainstFirstMillion } = JSON.parse(
      await bench('growth', ...flags),
    ) as GrowthResult;
    expect(points.at(-1)!.operations).toBeGreaterThan(0);
    expect(rounds).toHaveLength(2);
    expect(endAgainstFirstMillion.min).toBeGreaterThan(0);
    expect(existsSync(join(directory, '.lastro-bench-beside'))).toBe(false);
  });

  it('verifies a ledger, also while it is written to, in memory that does not grow with the operations', async () => {
    const { rows } = JSON.parse(
      await bench('verify', '--operations', '100000', '--accounts', '100', '--json'),
    ) as {
      rows: VerificationRow[];
    };
    const [part, whole, online, since] = rows;
    expect(rows.map(({ findingCount }) => findingCount)).toEqual([0, 0, 0, 0]);
    expect(whole!.operations).toBeGreaterThanOrEqual(100_000);
    expect(online!.operations).toBeGreaterThanOrEqual(whole!.operations);
    expect(since!.operations).toBeLessThan(online!.operations);
    // 75,000 operations more: kept as objects, they would take some 70 MiB. (The garbage collector is not in a hurry.)
    expect(whole!.peakBytes - part!.peakBytes).toBeLessThan(50 * 2 ** 20);
  });

  it('names the cases there are when asked for another', async () => {
    await expect(bench('run', '--only', 'nothing')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('one-transaction-each/bulk') as string,
    });
  });
});
