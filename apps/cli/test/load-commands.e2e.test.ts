import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signalIfThere } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, LastroProcess, lastro, statusOf } from './lastro-process.ts';

const EXCERPT = fileURLToPath(new URL('../../../examples/berka-1993-excerpt.csv', import.meta.url));

let directory: string;
let dataDir: string;
let up: LastroProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-load-'));
  dataDir = join(directory, 'data');
  up = new LastroProcess(['up', '--port', '0', '--business', '3', '--data-dir', dataDir]);
  await up.says('Ctrl-C stops it');
});

afterAll(async () => {
  up.child.kill('SIGINT');
  await up.ended;
  await rm(directory, { recursive: true, force: true });
});

/**
 * Runs a command that loads the bank, and kills parts of the bank, as a crash would, once the command has said `when`.
 * `lastro up` starts them again.
 */
async function whileKilling(args: readonly string[], when: RegExp, ...parts: string[]): Promise<Ended> {
  const { bank } = await statusOf(dataDir);
  const pids = parts.map((part) => bank.pids[part]!);
  const running = new LastroProcess([...args, '--data-dir', dataDir]);
  let noted = '';
  let killed = false;
  running.child.stderr!.on('data', (chunk: Buffer) => {
    noted += chunk.toString();
    if (killed || !when.test(noted)) return;
    killed = true;
    for (const pid of pids) signalIfThere(pid, 'SIGKILL');
  });
  const ended = await running.ended;
  expect(killed, `it never said ${String(when)}:\n${noted}`).toBe(true);
  return ended;
}

describe('a whole bank', () => {
  test('does real transactions exactly, and nothing twice when they are sent again', async () => {
    const first = await lastro(['replay', EXCERPT, '--data-dir', dataDir]);
    expect(first.stdout.trimEnd().split('\n').at(-1)).toBe('1,999 of 1,999 rows exact');
    const again = await lastro(['replay', EXCERPT, '--json', '--data-dir', dataDir]);
    expect(JSON.parse(again.stdout)).toMatchObject({ exact: 1_999, before: 1_999 });
    expect([first.status, again.status]).toEqual([0, 0]);
  });

  test('does them exactly while a business service and the data service are killed', async () => {
    const args = ['replay', EXCERPT, '--prefix', 'killed-', '--rows-per-request', '20'];
    const { status, stdout } = await whileKilling(args, / of 1999 rows done/, 'business-1', 'data');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1,999 of 1,999 rows exact');
    expect(status).toBe(0);
  });

  test('is not off by anything while a business service and the data service are killed under load', async () => {
    const args = ['simulate', '--duration', '6', '--clients', '16', '--accounts', '50', '--seed', '1'];
    const { status, stdout } = await whileKilling(args, /"phase":"load","sent":[1-9]/, 'business-2', 'data');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('No discrepancy.');
    expect(status).toBe(0);
  });

  test('is not off by anything when many operations come in one request', async () => {
    const args = [
      'simulate',
      '--duration',
      '2',
      '--clients',
      '4',
      '--bulk',
      '200',
      '--hot-account',
      '50',
      '--json',
    ];
    const { status, stdout } = await lastro([...args, '--data-dir', dataDir]);
    const report = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as object;
    expect(report).toMatchObject({ event: 'report', discrepancyCount: 0, load: { unknown: 0, refused: 0 } });
    expect(status).toBe(0);
  });
});
