import { once } from 'node:events';
import { verifyLedger, type VerifyOptions, type VerifyReport } from '@lastro/data-service';

/** What one verification found and took. */
export interface VerifyOutcome {
  readonly head: VerifyReport['head'];
  readonly operations: number;
  readonly accounts: number;
  readonly findingCount: number;
  readonly seconds: number;
  /** Of the process itself, without PostgreSQL. */
  readonly processorSeconds: number;
  /** The most memory that the process had at any time. */
  readonly peakBytes: number;
}

const BYTES_PER_KIBIBYTE = 1024;
const MICROSECONDS = 1_000_000;

/** The whole of a process that verifies once, so that the memory that it takes is its own. */
const [options] = (await once(process, 'message')) as [VerifyOptions];
const startedAt = performance.now();
const { head, posted, rejected, accounts, findingCount } = await verifyLedger(options);
const outcome: VerifyOutcome = {
  head,
  operations: posted + rejected,
  accounts,
  findingCount,
  seconds: (performance.now() - startedAt) / 1000,
  processorSeconds: (process.cpuUsage().user + process.cpuUsage().system) / MICROSECONDS,
  peakBytes: process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE,
};
process.send?.(outcome);
process.disconnect();
