import { currencyDigits, formatNumber, PAGE_SIZE_MAX, type StatementEntry } from '@lastro/contract';
import { STATEMENT_FORMAT_NAMES, type StatementFormat } from '@lastro/contract';
import { type Command, Option } from 'commander';
import { requireAccount, withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { usageFault } from '../command-fault.ts';
import { exportToFile } from '../export-file.ts';
import { addBankFlags, type BankFlags, findBank } from '../find-bank.ts';
import { instant, wholeNumber } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface Flags extends BankFlags {
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly json?: boolean;
  readonly format?: StatementFormat;
  readonly output?: string;
}

const ENTRIES_MAX = 1_000_000;

/** `lastro statement`: the entries of an account, newest first. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('statement <account>'))
    .description("show an account's entries, newest first, with the balance after each")
    .option('--from <instant>', 'first instant: 2026-11-22, or 2026-11-22T12:00:00Z', instant)
    .option('--to <instant>', 'the instant after the last', instant)
    .option('--limit <count>', 'most entries to show', wholeNumber(1, ENTRIES_MAX), 20)
    .option('--json', 'one JSON object, amounts in minor units')
    .addOption(
      new Option('--format <format>', 'with --output: all of it as a file').choices(STATEMENT_FORMAT_NAMES),
    )
    .option('--output <file>', 'where to write it; it appears when it is whole')
    .action((account: string, flags: Flags) =>
      flags.format === undefined && flags.output === undefined
        ? showStatement(account, flags, context)
        : exportStatement(account, flags, context),
    );
}

async function exportStatement(account: string, flags: Flags, context: CommandContext): Promise<void> {
  const { format, output, from, to } = flags;
  if (format === undefined || output === undefined)
    throw usageFault('--format and --output go together: what to write, and where');
  const bank = await findBank({ ...flags, env: context.env });
  await exportToFile(bank, { account, format, from, to }, output);
  context.terminal.print(`wrote ${output}`);
}

async function showStatement(account: string, flags: Flags, context: CommandContext): Promise<void> {
  const { currency, entries, more } = await readEntries(account, flags, context);
  if (flags.json === true)
    return context.terminal.print(JSON.stringify({ account, currency, entries, more }));
  if (entries.length === 0) return context.terminal.note(`no entries of ${account} here`);
  const digits = currencyDigits(currency);
  const columns = [
    { head: 'posted' },
    { head: 'type' },
    { head: 'with' },
    { head: currency, align: 'right' },
    { head: 'balance', align: 'right' },
    { head: 'description' },
  ] as const;
  const rows = entries.map(({ postedAt, type, counterparty, amount, balance, description = '' }) => {
    const signed = `${amount > 0 ? '+' : ''}${formatNumber(amount, digits)}`;
    return [
      postedAt.replace('T', ' ').replace(/\.\d+Z$|Z$/, ''),
      type,
      counterparty,
      signed,
      formatNumber(balance, digits),
      description,
    ];
  });
  for (const line of tableLines(columns, rows)) context.terminal.print(line);
  if (more) context.terminal.note(`there are more: --limit ${flags.limit * 10}`);
}

interface Entries {
  readonly currency: string;
  readonly entries: readonly StatementEntry[];
  readonly more: boolean;
}

async function readEntries(account: string, flags: Flags, context: CommandContext): Promise<Entries> {
  const { from, to, limit } = flags;
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return withBank(flags, context, async (client) => {
    const first = await requireAccount(
      account,
      client.statement(account, { ...range, limit: Math.min(limit, PAGE_SIZE_MAX) }),
    );
    const entries = [...first.entries];
    let { nextCursor } = first;
    while (nextCursor !== undefined && entries.length < limit) {
      const page = await client.statement(account, {
        ...range,
        cursor: nextCursor,
        limit: Math.min(limit - entries.length, PAGE_SIZE_MAX),
      });
      entries.push(...page.entries);
      nextCursor = page.nextCursor;
    }
    return { currency: first.currency, entries, more: nextCursor !== undefined };
  });
}
