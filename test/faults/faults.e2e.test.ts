import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reportText } from './report.ts';
import { runFaults } from './run-faults.ts';

/** The short form, for every commit; `npm run test:faults` runs as long as it is told. */
const SECONDS = 20;
/** Far fewer than strike on any machine, and enough to have hurt something. */
const FAULTS_MIN = 8;

it('keeps every promise while real processes, links, disks and clocks fail', async () => {
  const report = await runFaults({ seconds: SECONDS, seed: 1, clients: 2 });
  process.stdout.write(`${reportText(report)}\n`);
  expect(report.violations).toEqual([]);
  expect([report.lost, report.doubled, report.violationCount]).toEqual([0, 0, 0]);
  expect(Object.values(report.faults).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(FAULTS_MIN);
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.reads.totals).toBeGreaterThan(0);
  expect(report.reads.balances).toBeGreaterThan(0);
  // What cannot be had on a machine is said, and never left out in silence.
  for (const kind of ['full disk', 'clock']) {
    const isThere = Object.keys(report.faults).some((name) => name.startsWith(kind));
    expect(report.skipped.some((skipped) => skipped.kind === kind)).toBe(!isThere);
  }
  expect(report.directory === undefined || existsSync(report.directory)).toBe(true);
});
