import { Account, DEFAULT_CURRENCY, formatAmount, PAGE_SIZE_MAX, parseAmount } from '@lastro/contract';
import { LastroProblemError } from '@lastro/sdk';
import { type Command, Option } from 'commander';
import { requireAccount, withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { currencyCode, operationId, wholeNumber } from '../flag-values.ts';
import { registerAccountLife } from './account-life.ts';
import { tableLines } from '../table.ts';

interface OpenFlags extends BankFlags {
  readonly currency: string;
  readonly overdraft: string;
  readonly name?: string;
  readonly id?: string;
  readonly json?: boolean;
}

interface ListFlags extends BankFlags {
  readonly prefix?: string;
  readonly name?: string;
  readonly currency?: string;
  readonly status?: Account['status'];
  readonly limit: number;
  readonly json?: boolean;
}

const LIST_MAX = 1_000_000;

/** `lastro account open|show|list`, and what becomes of an account later */
export function register(program: Command, context: CommandContext): void {
  const account = program.command('account').description('open an account, show one, list them, change one');
  addBankFlags(account.command('open <account>'))
    .description('open an account')
    .option('--currency <code>', 'ISO 4217 code', currencyCode, DEFAULT_CURRENCY)
    .option('--overdraft <amount>', 'how far below zero it may go', '0')
    .option('--name <name>', 'a name for people')
    .option('--id <uuid>', 'id of the operation: the same id never opens twice', operationId)
    .option('--json', 'the account as JSON')
    .action((id: string, flags: OpenFlags) => openAccount(id, flags, context));
  addBankFlags(account.command('show <account>'))
    .description('show an account')
    .option('--json', 'the account as JSON')
    .action((id: string, flags: BankFlags & { json?: boolean }) => showAccount(id, flags, context));
  addBankFlags(account.command('list'))
    .description('list accounts in the order of their ids')
    .option('--prefix <text>', 'only those that start with it')
    .option('--name <text>', 'only those whose name starts with it')
    .option('--currency <code>', 'only those in this currency', currencyCode)
    .addOption(new Option('--status <status>', 'only those').choices(Account.properties.status.enum))
    .option('--limit <count>', 'most accounts to show', wholeNumber(1, LIST_MAX), 50)
    .option('--json', 'one JSON object with all of them')
    .action((flags: ListFlags) => listAccounts(flags, context));
  registerAccountLife(account, context);
}

async function openAccount(id: string, flags: OpenFlags, context: CommandContext): Promise<void> {
  const { currency, name, overdraft } = flags;
  const account = await withBank(flags, context, async (client) => {
    const overdraftLimit = parseAmount(overdraft, currency);
    if (overdraftLimit < 0) throw new CommandFault('--overdraft must not be below zero', 2);
    const request = { id, currency, overdraftLimit, ...(name === undefined ? {} : { name }) };
    return client.openAccount(request, { operationId: flags.id }).catch((error: unknown) => {
      if (!(error instanceof LastroProblemError) || error.code !== 'account_exists') throw error;
      throw new CommandFault(`account '${id}' is open already. See it: lastro account show ${id}`, 1, {
        cause: error,
      });
    });
  });
  if (flags.json === true) return context.terminal.print(JSON.stringify(account));
  const limit =
    account.overdraftLimit === 0
      ? ''
      : `, may go ${formatAmount(account.overdraftLimit, currency)} below zero`;
  context.terminal.print(`opened ${account.id} in ${account.currency}${limit}`);
}

async function showAccount(
  id: string,
  flags: BankFlags & { json?: boolean },
  context: CommandContext,
): Promise<void> {
  const account = await withBank(flags, context, (client) => requireAccount(id, client.account(id)));
  if (flags.json === true) return context.terminal.print(JSON.stringify(account));
  for (const [label, value] of facts(account)) context.terminal.print(`${label.padEnd(12)}${value}`);
}

function facts(account: Account): [label: string, value: string][] {
  const { id, name, currency, balance, held, available, overdraftLimit, status } = account;
  const { entryCount, openedAt, metadata } = account;
  return [
    ['account', id],
    ...(name === undefined ? [] : [['name', name] as [string, string]]),
    ['balance', formatAmount(balance, currency)],
    ...(held === 0 ? [] : [['held', formatAmount(held, currency)] as [string, string]]),
    ['available', formatAmount(available, currency)],
    ['overdraft', formatAmount(overdraftLimit, currency)],
    ...(status === 'open' ? [] : [['status', status.replace('_', ' ')] as [string, string]]),
    ['entries', String(entryCount)],
    ['opened', openedAt],
    ...Object.entries(metadata ?? {}),
  ];
}

async function listAccounts(flags: ListFlags, context: CommandContext): Promise<void> {
  const { prefix, name: namePrefix, currency, status, limit, json } = flags;
  const filters = Object.entries({ prefix, namePrefix, currency, status });
  const accounts: Account[] = [];
  // One more than is shown tells whether there are more.
  const pageSize = Math.min(limit + 1, PAGE_SIZE_MAX);
  await withBank(flags, context, async (client) => {
    for await (const account of client.allAccounts({
      limit: pageSize,
      ...Object.fromEntries(filters.filter(([, value]) => value !== undefined)),
    })) {
      accounts.push(account);
      if (accounts.length > limit) break;
    }
  });
  const shown = accounts.slice(0, limit);
  if (json === true)
    return context.terminal.print(JSON.stringify({ accounts: shown, more: accounts.length > limit }));
  if (shown.length === 0) return context.terminal.note('no accounts');
  const columns = [
    { head: 'account' },
    { head: 'balance', align: 'right' },
    { head: 'available', align: 'right' },
    { head: 'name' },
  ] as const;
  const rows = shown.map(({ id, balance, available, currency, name = '' }) => {
    return [id, formatAmount(balance, currency), formatAmount(available, currency), name];
  });
  for (const line of tableLines(columns, rows)) context.terminal.print(line);
  if (accounts.length > limit) context.terminal.note(`there are more: --limit ${limit * 10}`);
}
