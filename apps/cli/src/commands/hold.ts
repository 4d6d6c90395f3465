import { formatAmount, type Operation, parseAmount } from '@lastro/contract';
import type { LastroClient, SendOptions } from '@lastro/sdk';
import type { Command } from 'commander';
import { requireAccount } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { duration, operationId } from '../flag-values.ts';
import { addOperationFlags, type OperationFlags, runOperation, type Said } from '../one-operation.ts';

interface HoldFlags extends OperationFlags {
  readonly expiresIn?: number;
}

/** `lastro hold`, `lastro capture`, `lastro void`, `lastro reverse` */
export function register(program: Command, context: CommandContext): void {
  addOperationFlags(program.command('hold <from> <to> <amount>'))
    .description('reserve money for a later payment')
    .option('--expires-in <time>', 'when the bank releases it by itself: 90s, 30m, 12h or 7d', duration)
    .action((from: string, to: string, amount: string, flags: HoldFlags) =>
      hold({ from, to, amount }, flags, context),
    );
  addOperationFlags(program.command('capture').argument('<hold>', 'id of the hold', operationId))
    .argument('[amount]', 'what is paid; the rest is released (default: all of it)')
    .description('pay out of a hold')
    .action((id: string, amount: string | undefined, flags: OperationFlags) =>
      runPartial(capture(id), amount, flags, context),
    );
  addOperationFlags(program.command('void').argument('<hold>', 'id of the hold', operationId))
    .description('release a hold')
    .action((id: string, flags: OperationFlags) =>
      runOperation(
        flags,
        context,
        (client, said, options) => client.voidHold(id, said, options),
        () => `released hold ${id}`,
      ),
    );
  addOperationFlags(program.command('reverse').argument('<operation>', 'id of the operation', operationId))
    .argument('[amount]', 'how much of it (default: all that is left)')
    .description('move back what an operation has moved')
    .action((id: string, amount: string | undefined, flags: OperationFlags) =>
      runPartial(reversal(id), amount, flags, context),
    );
}

async function hold(
  { from, to, amount }: { readonly from: string; readonly to: string; readonly amount: string },
  flags: HoldFlags,
  context: CommandContext,
): Promise<void> {
  const { expiresIn } = flags;
  let currency = '';
  await runOperation(
    flags,
    context,
    async (client, said, options) => {
      ({ currency } = await requireAccount(from, client.account(from)));
      const terms = { from, to, amount: parseAmount(amount, currency), currency };
      return client.hold({ ...said, ...terms, ...(expiresIn === undefined ? {} : { expiresIn }) }, options);
    },
    (operation) => {
      const until = operation.expiresAt === undefined ? '' : `, until ${operation.expiresAt}`;
      return `holds ${formatAmount(operation.amount!, currency)} on ${from} for ${to}${until}`;
    },
  );
}

/** What moves a part of what was said before, or all that is left of it. */
interface PartialMovement {
  /** In whose digits the part is written. */
  readonly currencyOf: (client: LastroClient) => Promise<string>;
  readonly send: (
    client: LastroClient,
    request: Said & { readonly amount?: number },
    options: SendOptions,
  ) => Promise<Operation>;
  readonly did: string;
}

function runPartial(
  { currencyOf: findCurrency, send, did }: PartialMovement,
  part: string | undefined,
  flags: OperationFlags,
  context: CommandContext,
): Promise<void> {
  return runOperation(
    flags,
    context,
    async (client, said, options) => {
      const amount = part === undefined ? {} : { amount: parseAmount(part, await findCurrency(client)) };
      return send(client, { ...said, ...amount }, options);
    },
    ({ amount = 0, currency = '', from, to }) =>
      `${did} ${formatAmount(amount, currency)} from ${from} to ${to}`,
  );
}

function capture(id: string): PartialMovement {
  return {
    currencyOf: async (client) => (await client.holdState(id)).currency,
    send: (client, request, options) => client.capture(id, request, options),
    did: 'paid',
  };
}

function reversal(id: string): PartialMovement {
  return {
    currencyOf: (client) => currencyOf(client, id),
    send: (client, request, options) => client.reverse(id, request, options),
    did: 'moved back',
  };
}

async function currencyOf(client: LastroClient, operation: string): Promise<string> {
  const { currency, account = '' } = await client.operation(operation);
  return currency ?? (await client.account(account)).currency;
}
