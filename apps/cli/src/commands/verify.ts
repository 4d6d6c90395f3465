import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import type {
  AccountsDigest,
  HoldsDigest,
  SavedHead,
  VerifiedHead,
  VerifyReport,
} from '@lastro/data-service';
import type { CommandContext } from '../command-context.ts';
import { CommandFault, usageFault } from '../command-fault.ts';
import { replaceFile } from '../data-directory/files.ts';
import { DEFAULT_DATA_DIRECTORY } from '../data-directory/paths.ts';
import { DATABASE_URL_FLAG, ledgerDatabase } from '../named-database.ts';
import type { Terminal } from '../terminal.ts';

interface Flags {
  readonly dataDir: string;
  readonly head?: string;
  readonly since?: string;
  readonly saveHead?: string;
  readonly json?: boolean;
}

/** `lastro verify`: computes the whole ledger again from its operations and says whether all of it holds. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  program
    .command('verify')
    .description('compute every balance, the trial balance and the hash chain again, and compare')
    .option('--data-dir <path>', 'data directory of the `lastro up` to verify', DEFAULT_DATA_DIRECTORY)
    .option(...DATABASE_URL_FLAG)
    .option('--head <file>', 'also check that nothing was cut off since this head was saved')
    .option('--since <file>', 'the same, and read only the operations after that head')
    .option('--save-head <file>', 'save the verified head, for --head or --since at another time')
    .option('--json', 'the report as JSON')
    .action(async (flags: Flags, command: Command) => {
      if (flags.head !== undefined && flags.since !== undefined)
        throw usageFault('--since checks what --head checks: give one of them');
      const savedHead = flags.head === undefined ? undefined : await readHead('--head', flags.head);
      const since = flags.since === undefined ? undefined : await readVerifiedHead(flags.since);
      const databaseUrl = await ledgerDatabase(command, env, flags.dataDir);
      const { verifyLedger } = await import('@lastro/data-service');
      const startedAt = performance.now();
      const report = await verifyLedger({ databaseUrl, savedHead, since });
      const seconds = (performance.now() - startedAt) / 1000;
      if (flags.json === true) terminal.print(asJson(report));
      else printReport(terminal, report, seconds);
      if (report.findingCount > 0)
        throw new CommandFault(`${report.findingCount} findings: the ledger is not whole`);
      // Whole or not at all: it may be the file that --since named.
      if (flags.saveHead !== undefined) await replaceFile(flags.saveHead, `${JSON.stringify(report.head)}\n`);
    });
}

async function readHead(flag: string, file: string): Promise<SavedHead> {
  const head = parseJson(await readFile(file, 'utf8')) as Partial<SavedHead> | null | undefined;
  if (isCount(head?.batch) && isCount(head.sequence) && isHash(head.hash)) return head as SavedHead;
  throw usageFault(`${flag}: ${file} is not a head that 'lastro verify --save-head' wrote`);
}

async function readVerifiedHead(file: string): Promise<VerifiedHead> {
  const head = await readHead('--since', file);
  const { accounts, holds, reversals } = head;
  const isDigest = (part: AccountsDigest | HoldsDigest | undefined) =>
    isCount(part?.count) && isHash(part.digest);
  if (isDigest(accounts) && isDigest(holds) && isCount(reversals?.count)) return head as VerifiedHead;
  const missing = isDigest(accounts)
    ? 'was saved by a version that knew no holds'
    : 'does not say how the accounts stood';
  throw usageFault(
    `--since: ${file} ${missing}: run 'lastro verify --head ${file} --save-head ${file}' once`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
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
  const read = report.since === 0 ? '' : `, after sequence ${count(report.since)}`;
  terminal.print(`  operations   ${count(report.posted)} posted, ${count(report.rejected)} rejected${read}`);
  terminal.print(`  accounts     ${count(report.accounts)}, ${accountsChecked(report)}`);
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

function accountsChecked({ since }: VerifyReport): string {
  return since === 0
    ? 'every balance computed again from the operations'
    : 'as they stood at the saved head, and what was posted since';
}
