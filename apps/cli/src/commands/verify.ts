import type { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import type { SavedHead, VerifyReport } from '@lastro/data-service';
import type { CommandContext } from '../command-context.ts';
import { CommandFault, usageFault } from '../command-fault.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from '../data-directory/paths.ts';
import { findRunningBank } from '../data-directory/running-bank.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly head?: string;
  readonly saveHead?: string;
  readonly json?: boolean;
}

/** `lastro verify`: computes the whole ledger again from its operations and says whether all of it holds. */
export function register(program: Command, { terminal }: CommandContext): void {
  program
    .command('verify')
    .description('compute every balance, the trial balance and the hash chain again, and compare')
    .option('--data-dir <path>', 'data directory of the `lastro up` to verify', DEFAULT_DATA_DIRECTORY)
    .option('--database-url <url>', 'the PostgreSQL to verify (default: that of --data-dir)')
    .option('--head <file>', 'also check that nothing was cut off since this head was saved')
    .option('--save-head <file>', 'save the verified head, for --head at another time')
    .option('--json', 'the report as JSON')
    .action(async (flags: Flags) => {
      const databaseUrl = flags.databaseUrl ?? (await findDatabase(flags.dataDir));
      const savedHead = flags.head === undefined ? undefined : await readHead(flags.head);
      const { verifyLedger } = await import('@lastro/data-service');
      const startedAt = performance.now();
      const report = await verifyLedger({ databaseUrl, savedHead });
      const seconds = (performance.now() - startedAt) / 1000;
      if (flags.json === true) terminal.print(asJson(report));
      else printReport(terminal, report, seconds);
      if (report.findingCount > 0)
        throw new CommandFault(`${report.findingCount} findings: the ledger is not whole`);
      if (flags.saveHead !== undefined) await writeFile(flags.saveHead, `${JSON.stringify(report.head)}\n`);
    });
}

async function findDatabase(dataDir: string): Promise<string> {
  const bank = await findRunningBank(dataPaths(dataDir));
  if (bank !== undefined) return bank.databaseUrl;
  throw new CommandFault(
    `no bank runs in ${dataDir}: start it with 'lastro up', or name its PostgreSQL with --database-url`,
  );
}

async function readHead(file: string): Promise<SavedHead> {
  const text = await readFile(file, 'utf8');
  try {
    const head = JSON.parse(text) as Partial<SavedHead> | null;
    const { batch, sequence, hash } = head ?? {};
    if (Number.isSafeInteger(batch) && Number.isSafeInteger(sequence) && /^[0-9a-f]{64}$/.test(hash ?? ''))
      return head as SavedHead;
  } catch {
    // Not JSON: told below, as is JSON that is no head.
  }
  throw usageFault(`--head: ${file} is not a head that 'lastro verify --save-head' wrote`);
}

function asJson(report: VerifyReport): string {
  return JSON.stringify(report, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

function printReport(terminal: Terminal, report: VerifyReport, seconds: number): void {
  const count = (value: number) => value.toLocaleString('en-US');
  const whole = report.findingCount === 0;
  terminal.print(
    `Ledger at sequence ${count(report.head.sequence)}, batch ${count(report.head.batch)}, ${report.postedAt}`,
  );
  terminal.print(`  operations   ${count(report.posted)} posted, ${count(report.rejected)} rejected`);
  terminal.print(
    `  accounts     ${count(report.accounts)}, every balance computed again from the operations`,
  );
  for (const { currency, debit, credit } of report.currencies) {
    const balanced = debit === credit ? 'debits equal credits' : `debits ${debit}`;
    terminal.print(`  ${currency}          ${balanced}: ${credit.toLocaleString('en-US')} minor units`);
  }
  terminal.print(`  hash chain   ${count(report.batches)} batches, head ${report.head.hash}`);
  for (const { where, problem } of report.findings) terminal.print(`✗ ${where}: ${problem}`);
  const hidden = report.findingCount - report.findings.length;
  if (hidden > 0) terminal.print(`  and ${count(hidden)} more`);
  if (whole) terminal.print(`✓ Everything holds (${seconds.toFixed(1)} s)`);
}
