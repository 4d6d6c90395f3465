import {
  currencyDigits,
  formatNumber,
  Operation,
  type OperationListQuery,
  PAGE_SIZE_MAX,
} from '@lastro/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { instant, wholeNumber } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface Flags extends BankFlags {
  readonly account?: string;
  readonly type?: NonNullable<OperationListQuery['type']>;
  readonly status?: 'posted' | 'rejected';
  readonly reason?: NonNullable<OperationListQuery['reason']>;
  readonly from?: string;
  readonly to?: string;
  readonly min?: number;
  readonly max?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly json?: boolean;
}

const {
  type: { enum: TYPES },
  reason: { enum: REASONS },
} = Operation.properties;
const OPERATIONS_MAX = 1_000_000;
const minorUnits = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** `lastro operations`: finds operations in the ledger, newest first. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('operations'))
    .description('find operations in the ledger, newest first')
    .option('--account <account>', 'only those that name it')
    .addOption(new Option('--type <type>', 'only of this type').choices(TYPES))
    .addOption(new Option('--status <status>', 'only those').choices(['posted', 'rejected']))
    .addOption(new Option('--reason <reason>', 'only those rejected for it').choices(REASONS))
    .option('--from <instant>', 'first instant: 2026-11-22, or 2026-11-22T12:00:00Z', instant)
    .option('--to <instant>', 'the instant after the last', instant)
    .option('--min <amount>', 'least amount, in minor units: currencies differ', minorUnits)
    .option('--max <amount>', 'largest amount, in minor units', minorUnits)
    .option('--metadata <key=value...>', 'only those with this in their metadata', metadataPair)
    .option('--limit <count>', 'most operations to show', wholeNumber(1, OPERATIONS_MAX), 20)
    .option('--json', 'one JSON object with all of them, amounts in minor units')
    .action((flags: Flags) => showOperations(flags, context));
}

/** Gathers `key=value` of every time that the flag is given. */
function metadataPair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('It must be like order=17.');
  return { ...before, [text.slice(0, separator)]: text.slice(separator + 1) };
}

async function showOperations(flags: Flags, context: CommandContext): Promise<void> {
  const { limit, json } = flags;
  const found: Operation[] = [];
  await withBank(flags, context, async (client) => {
    for await (const operation of client.allOperations(searchOf(flags))) {
      found.push(operation);
      if (found.length > limit) break;
    }
  });
  const operations = found.slice(0, limit);
  const more = found.length > limit;
  if (json === true) return context.terminal.print(JSON.stringify({ operations, more }));
  if (operations.length === 0) return context.terminal.note('no operations like these');
  const columns = [
    { head: 'posted' },
    { head: 'operation' },
    { head: 'type' },
    { head: 'status' },
    { head: 'accounts' },
    { head: 'amount', align: 'right' },
  ] as const;
  for (const line of tableLines(columns, operations.map(rowOf))) context.terminal.print(line);
  if (more) context.terminal.note(`there are more: --limit ${limit * 10}`);
}

function searchOf({ min, max, metadata, limit, ...flags }: Flags): Omit<OperationListQuery, 'cursor'> {
  const { account, type, status, reason, from, to } = flags;
  const filters = { account, type, status, reason, from, to, amountMin: min, amountMax: max };
  const pairs = Object.entries(metadata ?? {}).map(([key, value]) => [`metadata.${key}`, value]);
  return {
    ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)),
    ...(Object.fromEntries(pairs) as Record<string, string>),
    // One more than is shown tells whether there are more.
    limit: Math.min(limit + 1, PAGE_SIZE_MAX),
  };
}

function rowOf(operation: Operation): string[] {
  const { id, type, status, reason, account, from, to, amount, currency, postedAt = '' } = operation;
  const accounts = account ?? (from === undefined ? '' : `${from} -> ${to}`);
  const digits = currency === undefined ? undefined : currencyDigits(currency);
  const shown = amount === undefined || digits === undefined ? '' : formatNumber(amount, digits);
  return [
    postedAt.replace('T', ' ').replace(/\.\d+Z$|Z$/, ''),
    id,
    type,
    reason ?? status,
    accounts,
    currency === undefined ? shown : `${shown} ${currency}`.trim(),
  ];
}
