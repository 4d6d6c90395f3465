import { EVENT_TYPES, type EventType, parseEventId } from '@lastro/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { wholeNumber } from '../flag-values.ts';

interface Flags extends BankFlags {
  readonly after?: string;
  readonly account?: readonly string[];
  readonly type?: readonly EventType[];
  readonly count?: number;
}

const COUNT_MAX = Number.MAX_SAFE_INTEGER;

/** `lastro events`: what the ledger does, as it happens. */
export function register(program: Command, context: CommandContext): void {
  addBankFlags(program.command('events'))
    .description('follow what the ledger does: one event a line, as JSON, until it is stopped')
    .option(
      '--after <id>',
      'begin after this event; 0: with the first (default: with those to come)',
      eventId,
    )
    .option('--account <id...>', 'only events of these accounts')
    .addOption(new Option('--type <type...>', 'only events of these types').choices(EVENT_TYPES))
    .option('--count <count>', 'end after so many events', wholeNumber(1, COUNT_MAX))
    .action((flags: Flags) => follow(flags, context));
}

async function follow(flags: Flags, context: CommandContext): Promise<void> {
  const { after, account: accounts, type: types, count = Infinity } = flags;
  let left = count;
  await withBank(flags, context, async (client) => {
    for await (const event of client.events({ after, accounts, types })) {
      context.terminal.print(JSON.stringify(event));
      left -= 1;
      if (left === 0) return;
    }
  });
}

function eventId(text: string): string {
  if (parseEventId(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be the id of an event: a sequence such as 120, or 120.1.');
}
