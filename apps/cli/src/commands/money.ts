import { formatAmount, type Operation, parseAmount } from '@lastro/contract';
import { type LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';
import type { Command } from 'commander';
import { uuidv7 } from 'uuidv7';
import { accountMissing, requireAccount, RESULT_WAIT_SECONDS, withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFault, usageFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { currencyCode, operationId } from '../flag-values.ts';

interface MoneyFlags extends BankFlags {
  readonly currency?: string;
  readonly description?: string;
  readonly id?: string;
  readonly json?: boolean;
}

/** One operation as the command line asks for it. */
interface MoneyCommand {
  readonly type: 'deposit' | 'withdrawal' | 'transfer';
  /** Accounts in the order of the arguments; the first is the one that pays or is paid. */
  readonly accounts: readonly string[];
  readonly amount: string;
  /** As it was typed, to be typed again. */
  readonly typed: string;
}

/** `lastro deposit`, `lastro withdraw`, `lastro transfer` */
export function register(program: Command, context: CommandContext): void {
  moneyCommand(program, 'deposit <account> <amount>', 'pay cash into an account').action(
    (account: string, amount: string, flags: MoneyFlags) =>
      run(
        { type: 'deposit', accounts: [account], amount, typed: `deposit ${account} ${amount}` },
        flags,
        context,
      ),
  );
  moneyCommand(program, 'withdraw <account> <amount>', 'pay cash out of an account').action(
    (account: string, amount: string, flags: MoneyFlags) =>
      run(
        { type: 'withdrawal', accounts: [account], amount, typed: `withdraw ${account} ${amount}` },
        flags,
        context,
      ),
  );
  moneyCommand(program, 'transfer <from> <to> <amount>', 'move money from one account to another').action(
    (from: string, to: string, amount: string, flags: MoneyFlags) =>
      run(
        { type: 'transfer', accounts: [from, to], amount, typed: `transfer ${from} ${to} ${amount}` },
        flags,
        context,
      ),
  );
}

function moneyCommand(program: Command, usage: string, description: string): Command {
  return addBankFlags(program.command(usage))
    .description(`${description}; an amount like 100, 100.50 or 100,50`)
    .option('--currency <code>', "the accounts' currency (default: looked up)", currencyCode)
    .option('--description <text>', 'a line for the statement')
    .option('--id <uuid>', 'id of the operation: the same id never takes effect twice', operationId)
    .option('--json', 'the operation as JSON');
}

async function run(command: MoneyCommand, flags: MoneyFlags, context: CommandContext): Promise<void> {
  const id = flags.id ?? uuidv7();
  await withBank(flags, context, async (client) => {
    const currency = flags.currency ?? (await currencyOf(client, command.accounts));
    const amount = parseAmount(command.amount, currency);
    if (amount <= 0)
      throw usageFault(`the amount must be more than zero, and is ${formatAmount(amount, currency)}`);
    const operation = await send(client, command, { id, amount, currency, ...described(flags) }).catch(
      (error: unknown) => explain(error, client, command, { id, amount, currency }),
    );
    if (flags.json === true) context.terminal.print(JSON.stringify(operation));
    else for (const line of lines(operation, command, amount, currency)) context.terminal.print(line);
  });
}

/** Every account is looked up, so that a wrong name is told before any money moves. */
async function currencyOf(client: LastroClient, accounts: readonly string[]): Promise<string> {
  const found = await Promise.all(
    accounts.map((account) => requireAccount(account, client.account(account))),
  );
  return found[0]!.currency;
}

function described({ description }: MoneyFlags): { description?: string } {
  return description === undefined ? {} : { description };
}

interface Movement {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly description?: string;
}

async function send(
  client: LastroClient,
  { type, accounts }: MoneyCommand,
  movement: Movement,
): Promise<Operation> {
  const [account = '', to = ''] = accounts;
  const options = { waitSeconds: RESULT_WAIT_SECONDS };
  if (type === 'transfer') return client.transfer({ ...movement, from: account, to }, options);
  return type === 'deposit'
    ? client.deposit({ ...movement, account }, options)
    : client.withdraw({ ...movement, account }, options);
}

function lines(
  operation: Operation,
  { type, accounts, typed }: MoneyCommand,
  amount: number,
  currency: string,
): string[] {
  const [account = '', to = ''] = accounts;
  const shown = formatAmount(amount, currency);
  if (operation.status === 'accepted') {
    return [
      `accepted, and safe on disk: ${shown}, not posted yet. See later with the same command, which takes effect once:`,
      `  lastro ${typed} --currency ${currency} --id ${operation.id}`,
    ];
  }
  const balances = accounts
    .map((name) => `${name} ${formatAmount(operation.balances![name]!, currency)}`)
    .join(', ');
  const done = {
    deposit: `deposited ${shown} into ${account}`,
    withdrawal: `withdrew ${shown} from ${account}`,
    transfer: `moved ${shown} from ${account} to ${to}`,
  };
  return [`${done[type]}; balance now: ${balances}`, `operation ${operation.id}`];
}

/** Says what to do about a refusal. */
async function explain(
  error: unknown,
  client: LastroClient,
  { accounts, typed }: MoneyCommand,
  movement: Movement,
): Promise<never> {
  const { id, amount, currency } = movement;
  if (error instanceof LastroUnreachableError && error.mayHaveBeenTaken) {
    const again = `lastro ${typed} --currency ${currency} --id ${id}`;
    throw new CommandFault(
      `no answer, so it may have been taken or not. Run this, which takes effect once: ${again}`,
      1,
      { cause: error },
    );
  }
  if (!(error instanceof LastroProblemError)) throw error;
  const fault = (message: string): CommandFault => new CommandFault(message, 1, { cause: error });
  switch (error.code) {
    case 'account_not_found':
      throw (await missingOf(client, accounts)) ?? error;
    case 'insufficient_funds': {
      const { available } = await client.account(accounts[0]!);
      throw fault(
        `${accounts[0]} has ${formatAmount(available, currency)} available, which is less than ${formatAmount(amount, currency)}`,
      );
    }
    case 'currency_mismatch': {
      const found = await Promise.all(accounts.map((account) => client.account(account)));
      throw fault(
        `${found.map((account) => `${account.id} is in ${account.currency}`).join(', ')}: the amount is in ${currency}`,
      );
    }
    case 'id_conflict':
      throw fault(`the id ${id} belongs to another operation: leave --id out for a new one`);
    default:
      throw error;
  }
}

async function missingOf(
  client: LastroClient,
  accounts: readonly string[],
): Promise<CommandFault | undefined> {
  for (const account of accounts) {
    const there = await client.account(account).then(
      () => true,
      () => false,
    );
    if (!there) return accountMissing(account);
  }
  return undefined;
}
