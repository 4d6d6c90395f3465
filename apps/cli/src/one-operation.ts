import type { Operation } from '@lastro/contract';
import type { LastroClient, SendOptions } from '@lastro/sdk';
import type { Command } from 'commander';
import { uuidv7 } from 'uuidv7';
import { RESULT_WAIT_SECONDS, withBank } from './bank-session.ts';
import type { CommandContext } from './command-context.ts';
import { addBankFlags, type BankFlags } from './find-bank.ts';
import { operationId } from './flag-values.ts';

export interface OperationFlags extends BankFlags {
  readonly description?: string;
  readonly id?: string;
  readonly json?: boolean;
}

/** What every operation says of itself: its id, and a line for people. */
export interface Said {
  readonly id: string;
  readonly description?: string;
}

/** The flags that every command has which sends one operation. */
export function addOperationFlags(command: Command): Command {
  return addBankFlags(command)
    .option('--description <text>', 'a line for whoever reads it later')
    .option('--id <uuid>', 'id of the operation: the same id never takes effect twice', operationId)
    .option('--json', 'the operation as JSON');
}

/**
 * Sends one operation and prints what became of it: `done` as a line, or all of it as JSON.
 *
 * @throws CommandFault
 */
export async function runOperation(
  flags: OperationFlags,
  context: CommandContext,
  send: (client: LastroClient, said: Said, options: SendOptions) => Promise<Operation>,
  done: (operation: Operation) => string,
): Promise<void> {
  const { description } = flags;
  const said = { id: flags.id ?? uuidv7(), ...(description === undefined ? {} : { description }) };
  const operation = await withBank(flags, context, (client) =>
    send(client, said, { waitSeconds: RESULT_WAIT_SECONDS }),
  );
  const { terminal } = context;
  if (flags.json === true) return terminal.print(JSON.stringify(operation));
  const isPosted = operation.status === 'posted';
  terminal.print(
    isPosted ? done(operation) : 'accepted, and safe on disk; not posted yet. The same id shows it later.',
  );
  terminal.print(`operation ${operation.id}`);
}
