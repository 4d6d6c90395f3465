import { currencyDigits, formatNumber, type TrialBalance } from '@lastro/contract';
import type { Command } from 'commander';
import { withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { moment } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface Flags extends BankFlags {
  readonly at?: string | number;
  readonly json?: boolean;
}

const COLUMNS = [
  { head: 'currency' },
  { head: 'accounts', align: 'right' },
  { head: 'debits', align: 'right' },
  { head: 'credits', align: 'right' },
  { head: '' },
] as const;

/** `lastro trial-balance`: do debits equal credits? The exit status is 1 when they do not. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('trial-balance'))
    .description('show the sums over all accounts, by currency')
    .option('--at <moment>', 'as they stood then: 2026-11-22, 2026-11-22T12:00:00Z, or a sequence', moment)
    .option('--json', 'the sums as JSON, in minor units')
    .action(async (flags: Flags) => {
      const { terminal } = context;
      const found = await withBank(flags, context, (client) => client.trialBalance(flags.at));
      if (flags.json === true) terminal.print(JSON.stringify(found));
      else if (found.currencies.length === 0) terminal.note('no accounts');
      else for (const line of tableLines(COLUMNS, found.currencies.map(rowOf))) terminal.print(line);
      const off = found.currencies.filter(({ balanced }) => !balanced).map(({ currency }) => currency);
      if (off.length > 0) throw new CommandFault(`debits do not equal credits in ${off.join(', ')}`);
    });
}

function rowOf(line: TrialBalance['currencies'][number]): string[] {
  const { currency, accounts, debit, credit, balanced } = line;
  const digits = currencyDigits(currency);
  const sum = (minor: string) => formatNumber(BigInt(minor), digits);
  return [currency, accounts.toLocaleString('en-US'), sum(debit), sum(credit), balanced ? '✓' : '✗'];
}
