import { verifyLedger } from '@lastro/data-service';
import type { Random } from '../../simulation/world/random.ts';
import { type AskedBank, deadLettersOf, operationAt } from '../bank/inspect.ts';
import { checkResult } from './check-journal.ts';
import type { NotedHead } from './check-ledger.ts';
import type { ClosedSet } from './check-reads.ts';
import { type Checked, checkRun, journalIn } from './check-run.ts';
import { type LedgerTables, LedgerView } from './ledger-view.ts';
import { readLedger } from './read-ledger.ts';
import type { Violations } from './violations.ts';

/** Operations that every business service is asked for at the end. */
const SAMPLE_SIZE = 200;
/** Of them, so many are asked for at a time. */
const ASKED_AT_ONCE = 20;

/** A bank at rest, and what was noted down while it was hurt. */
export interface RunToProve {
  readonly bank: AskedBank & { readonly databaseUrl: string };
  readonly heads: readonly NotedHead[];
  readonly closed: ClosedSet;
  /** Paths of what each client has noted down. */
  readonly journals: readonly string[];
  readonly random: Random;
}

/** Holds all that clients were told against the ledger, past the services; then asks the services, and `lastro verify`. */
export async function proveRun(
  { bank, heads, closed, journals, random }: RunToProve,
  violations: Violations,
): Promise<Checked & { readonly tables: LedgerTables }> {
  const letters = await deadLettersOf(bank);
  const tables = await readLedger(bank.databaseUrl);
  const evidence = { tables, heads, letters, closed, journals: journals.map((path) => journalIn(path)) };
  const checked = await checkRun(evidence, violations);
  await askEverybody(bank, tables, random, violations);
  const { findings } = await verifyLedger({ databaseUrl: bank.databaseUrl });
  for (const { where, problem } of findings)
    violations.add('chain', `lastro verify: ${where}: ${problem} (I8)`);
  return { ...checked, tables };
}

/** I6: whichever service is asked afterwards, it says what the ledger has. */
async function askEverybody(
  bank: AskedBank,
  tables: LedgerTables,
  random: Random,
  violations: Violations,
): Promise<void> {
  const ledger = new LedgerView(tables);
  const sample = random.fork('sample').shuffled(tables.rows).slice(0, SAMPLE_SIZE);
  for (const host of bank.businessServices) {
    for (let start = 0; start < sample.length; start += ASKED_AT_ONCE) {
      const rows = sample.slice(start, start + ASKED_AT_ONCE);
      await Promise.all(
        rows.map(async ({ id }) => {
          const operation = await operationAt(bank, host, id);
          if (operation === undefined) violations.add('read', `at the end ${host} does not know ${id} (I1)`);
          else checkResult(host, operation, ledger, { client: 'at the end', violations });
        }),
      );
    }
  }
}
