import { formatAmount } from '@lastro/contract';
import type { Command } from 'commander';
import { requireAccount, withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { moment } from '../flag-values.ts';

interface Flags extends BankFlags {
  readonly at?: string | number;
  readonly json?: boolean;
}

/** `lastro balance`: what an account holds. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('balance <account>'))
    .description('show what an account holds')
    .option('--at <moment>', 'as it stood then: 2026-11-22, 2026-11-22T12:00:00Z, or a sequence', moment)
    .option('--json', 'the balance as JSON, in minor units')
    .action(async (account: string, flags: Flags) => {
      const found = await withBank(flags, context, (client) => {
        const balance = client.balance(account, flags.at);
        // At a past instant, an account that is open now may not have been there.
        return flags.at === undefined ? requireAccount(account, balance) : balance;
      });
      if (flags.json === true) return context.terminal.print(JSON.stringify(found));
      const { balance, available, currency } = found;
      const more = available === balance ? '' : `   (available ${formatAmount(available, currency)})`;
      context.terminal.print(`${formatAmount(balance, currency)}${more}`);
    });
}
