import {
  type CreatedWebhook,
  EVENT_TYPES,
  type EventType,
  SEQUENCE_MAX,
  type Webhook,
  type WebhookList,
} from '@lastro/contract';
import { type Command, Option } from 'commander';
import { askBank } from '../bank-request.ts';
import type { CommandContext } from '../command-context.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { operationId as webhookId, wholeNumber } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface CreateFlags extends BankFlags {
  readonly account?: readonly string[];
  readonly type?: readonly EventType[];
  readonly after?: number;
}

const sequence = wholeNumber(0, SEQUENCE_MAX);

/** `lastro webhook create|list|delete|replay` */
export function register(program: Command, context: CommandContext): void {
  const webhook = program.command('webhook').description('have events sent to a URL');
  addBankFlags(webhook.command('create <url>'))
    .description('have events sent to a URL; shows the secret of the signatures this once')
    .option('--account <id...>', 'only events of these accounts')
    .addOption(new Option('--type <type...>', 'only events of these types').choices(EVENT_TYPES))
    .option(
      '--after <sequence>',
      'begin after this; 0: with the first (default: with those to come)',
      sequence,
    )
    .action((url: string, flags: CreateFlags) => createWebhook(url, flags, context));
  addBankFlags(webhook.command('list'))
    .description('list webhooks, with how each is doing')
    .option('--json', 'one JSON object with all of them')
    .action((flags: BankFlags & { json?: boolean }) => listWebhooks(flags, context));
  addBankFlags(webhook.command('delete'))
    .argument('<id>', 'the webhook', webhookId)
    .description('send it no more')
    .action((id: string, flags: BankFlags) => deleteWebhook(id, flags, context));
  addBankFlags(webhook.command('replay'))
    .argument('<id>', 'the webhook', webhookId)
    .description('send it the events after a sequence, once more or later')
    .addOption(
      new Option('--after <sequence>', 'the sequence; 0: all').argParser(sequence).makeOptionMandatory(),
    )
    .action((id: string, flags: BankFlags & { after: number }) => replayWebhook(id, flags, context));
}

async function createWebhook(url: string, flags: CreateFlags, context: CommandContext): Promise<void> {
  const { account: accounts, type: events, after } = flags;
  const body = { url, accounts, events, after };
  const { id, secret } = await askBank<CreatedWebhook>(flags, context, {
    method: 'POST',
    path: '/v1/webhooks',
    body,
  });
  // Nothing but the secret is on standard output, so that it can go where it belongs.
  context.terminal.print(secret);
  context.terminal.note(`this is the secret of webhook ${id}: it is shown this once`);
}

async function listWebhooks(flags: BankFlags & { json?: boolean }, context: CommandContext): Promise<void> {
  const list = await askBank<WebhookList>(flags, context, { method: 'GET', path: '/v1/webhooks' });
  if (flags.json === true) return context.terminal.print(JSON.stringify(list));
  if (list.webhooks.length === 0) return context.terminal.note('no webhooks');
  const columns = [
    { head: 'id' },
    { head: 'url' },
    { head: 'done up to', align: 'right' },
    { head: 'dead', align: 'right' },
    { head: 'state' },
  ] as const;
  for (const line of tableLines(columns, list.webhooks.map(rowOf))) context.terminal.print(line);
}

function rowOf({ id, url, position, deadLetters, disabledReason, attempts, lastError }: Webhook): string[] {
  const failing = attempts === 0 ? 'in order' : `failed ${attempts} times: ${lastError}`;
  const state = disabledReason === undefined ? failing : `disabled: ${disabledReason}`;
  return [id, url, position, String(deadLetters), state];
}

async function deleteWebhook(id: string, flags: BankFlags, context: CommandContext): Promise<void> {
  await askBank(flags, context, { method: 'DELETE', path: `/v1/webhooks/${id}` });
  context.terminal.print(`deleted ${id}`);
}

async function replayWebhook(
  id: string,
  flags: BankFlags & { after: number },
  context: CommandContext,
): Promise<void> {
  const { after } = flags;
  await askBank(flags, context, { method: 'POST', path: `/v1/webhooks/${id}/replay`, body: { after } });
  context.terminal.print(`${id} goes on after ${after}`);
}
