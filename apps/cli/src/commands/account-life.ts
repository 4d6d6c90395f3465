import { FreezeSide, formatAmount, parseAmount, type UpdateAccountRequest } from '@lastro/contract';
import type { Static } from 'typebox';
import { type Command, Option } from 'commander';
import { requireAccount } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { usageFault } from '../command-fault.ts';
import { addOperationFlags, type OperationFlags, runOperation } from '../one-operation.ts';

interface FreezeFlags extends OperationFlags {
  readonly side: Static<typeof FreezeSide>;
}

interface UpdateFlags extends OperationFlags {
  readonly overdraft?: string;
  readonly name?: string;
}

/** `lastro account freeze|unfreeze|close|update` */
export function registerAccountLife(account: Command, context: CommandContext): void {
  for (const type of ['freeze', 'unfreeze'] as const) {
    addOperationFlags(account.command(`${type} <account>`))
      .description(type === 'freeze' ? 'stop movements of an account' : 'let them go on')
      .addOption(
        new Option('--side <side>', 'out of it, into it, or both').choices(FreezeSide.enum).default('both'),
      )
      .action((id: string, flags: FreezeFlags) => freeze(type, id, flags, context));
  }
  addOperationFlags(account.command('close <account>'))
    .description('close an account for good: at zero, with nothing held')
    .action((id: string, flags: OperationFlags) =>
      runOperation(
        flags,
        context,
        (client, said, options) => client.closeAccount(id, said, options),
        () => `closed ${id}`,
      ),
    );
  addOperationFlags(account.command('update <account>'))
    .description('change the overdraft limit or the name of an account')
    .option('--overdraft <amount>', 'how far below zero it may go')
    .option('--name <name>', 'a name for people')
    .action((id: string, flags: UpdateFlags) => update(id, flags, context));
}

function freeze(
  type: 'freeze' | 'unfreeze',
  id: string,
  { side, ...flags }: FreezeFlags,
  context: CommandContext,
): Promise<void> {
  return runOperation(
    flags,
    context,
    (client, said, options) => client[type](id, { ...said, side }, options),
    () =>
      `${type === 'freeze' ? 'froze' : 'unfroze'} ${side === 'both' ? 'debits and credits' : side} of ${id}`,
  );
}

async function update(id: string, flags: UpdateFlags, context: CommandContext): Promise<void> {
  const { overdraft, name } = flags;
  if (overdraft === undefined && name === undefined)
    throw usageFault('say what to change: --overdraft AMOUNT or --name NAME');
  let currency = '';
  await runOperation(
    flags,
    context,
    async (client, said, options) => {
      ({ currency } = await requireAccount(id, client.account(id)));
      const change: UpdateAccountRequest = {
        ...said,
        ...(name === undefined ? {} : { name }),
        ...(overdraft === undefined ? {} : { overdraftLimit: limitOf(overdraft, currency) }),
      };
      return client.updateAccount(id, change, options);
    },
    ({ overdraftLimit }) => {
      const limit =
        overdraftLimit === undefined ? '' : `: may go ${formatAmount(overdraftLimit, currency)} below zero`;
      return `changed ${id}${limit}`;
    },
  );
}

function limitOf(text: string, currency: string): number {
  const limit = parseAmount(text, currency);
  if (limit < 0) throw usageFault('--overdraft must not be below zero');
  return limit;
}
