import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './outcome.ts';

/** A run in a directory of its own, which is left behind when something is wrong, or `keep` says so. */
export async function inRunDirectory<Report extends Outcome>(
  { prefix, keep }: { readonly prefix: string; readonly keep: boolean },
  run: (directory: string) => Promise<Report>,
): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  let isClean = false;
  try {
    const report = await run(directory);
    isClean = report.violationCount === 0 && !keep;
    return { ...report, directory: isClean ? undefined : directory };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why} (everything is kept in ${directory})`, { cause: error });
  } finally {
    if (isClean) await rm(directory, { recursive: true, force: true });
  }
}
