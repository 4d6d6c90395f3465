import { KeptResults } from '@lastro/business-service/queue';
import { readOptional } from '@lastro/service';
import { CommandFault } from '../command-fault.ts';
import { replaceFile } from '../data-directory/files.ts';
import type { DataPaths } from '../data-directory/paths.ts';
import { queueDirectories } from './queue-directories.ts';

/**
 * Refuses a ledger that is older than what its queues know to be posted: it was restored from a backup, or its disk did not
 * keep what it had promised. Business services on it would answer with results that it has not got (I6).
 *
 * @throws CommandFault that says what to do.
 */
export async function refuseLedgerBehind(
  paths: DataPaths,
  ledgerSequence: () => Promise<number>,
): Promise<void> {
  const kept = await KeptResults.open(await queueDirectories(paths));
  const newest = await Promise.resolve(kept.newestSequence()).finally(() => kept.close());
  if (newest <= (await readRecovered(paths))) return;
  const inLedger = await ledgerSequence();
  if (newest <= inLedger) return;
  throw new CommandFault(
    `the ledger ends at operation ${inLedger}, and the queues have results up to ${newest}: it is older than they are. Run 'lastro recover --data-dir ${paths.directory}' first`,
  );
}

/** Notes that the results up to `sequence` were dealt with: they will not be where they were, if some were missing. */
export async function writeRecovered(paths: DataPaths, sequence: number): Promise<void> {
  await replaceFile(paths.recovered, `${JSON.stringify({ sequence })}\n`);
}

async function readRecovered(paths: DataPaths): Promise<number> {
  try {
    const { sequence } = JSON.parse((await readOptional(paths.recovered)) ?? '{}') as { sequence?: unknown };
    return typeof sequence === 'number' ? sequence : 0;
  } catch (error) {
    // A damaged note is no note: at worst, what was recovered is recovered again, which changes nothing.
    if (error instanceof SyntaxError) return 0;
    throw error;
  }
}
