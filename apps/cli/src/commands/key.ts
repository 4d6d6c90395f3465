import {
  ACCOUNTS_PER_KEY_MAX,
  type IssuedKey,
  type Key,
  type KeyPage,
  KEYS_PER_PAGE_MAX,
  OVERLAP_MAX_SECONDS,
  RATE_MAX_PER_SECOND,
  type Scope,
  SCOPES,
} from '@lastro/contract';
import { type Command, Option } from 'commander';
import { askBank } from '../bank-request.ts';
import type { CommandContext } from '../command-context.ts';
import { usageFault } from '../command-fault.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { accountGrant, instant, keyName, wholeNumber } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface CreateFlags extends BankFlags {
  readonly scope: Scope;
  readonly account?: readonly string[];
  readonly rate?: number;
  readonly expires?: string;
}

const LIST_MAX = 1_000_000;

/** `lastro key create|list|rotate|revoke` */
export function register(program: Command, context: CommandContext): void {
  const key = program.command('key').description('make a key, list them, rotate one, revoke one');
  addBankFlags(key.command('create'))
    .argument('<name>', 'what the key is called, for ever', keyName)
    .description('make a key, and show it this once')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(SCOPES).makeOptionMandatory())
    .option(
      '--account <id>',
      'for a customer: an account that it is limited to, or how ids begin and *; may be given again',
      accountGrant,
    )
    .option('--rate <count>', 'most operations in a second', wholeNumber(1, RATE_MAX_PER_SECOND))
    .option('--expires <instant>', 'when it ends: 2026-11-22, or 2026-11-22T12:00:00Z', instant)
    .action((name: string, flags: CreateFlags) => createKey(name, flags, context));
  addBankFlags(key.command('list'))
    .description('list keys in the order of their names, without the keys themselves')
    .option('--limit <count>', 'most keys to show', wholeNumber(1, LIST_MAX), 50)
    .option('--json', 'one JSON object with all of them')
    .action((flags: BankFlags & { limit: number; json?: boolean }) => listKeys(flags, context));
  addBankFlags(key.command('rotate'))
    .argument('<name>', 'the key', keyName)
    .description('replace a key by a new one, and show it this once')
    .option('--overlap <seconds>', 'how long the old key works on', wholeNumber(0, OVERLAP_MAX_SECONDS), 0)
    .action((name: string, flags: BankFlags & { overlap: number }) => rotateKey(name, flags, context));
  addBankFlags(key.command('revoke'))
    .argument('<name>', 'the key', keyName)
    .description('revoke a key, for good')
    .action((name: string, flags: BankFlags) => revokeKey(name, flags, context));
}

async function createKey(name: string, flags: CreateFlags, context: CommandContext): Promise<void> {
  const { scope, account: accounts, rate: rateLimitPerSecond, expires: expiresAt } = flags;
  if (accounts !== undefined && scope === 'admin')
    throw usageFault('a key that is limited to accounts is for a customer: --scope read or operate');
  if (accounts !== undefined && accounts.length > ACCOUNTS_PER_KEY_MAX)
    throw usageFault(
      `--account: a key is limited to ${ACCOUNTS_PER_KEY_MAX} at most; ids that begin alike are one`,
    );
  const issued = await askBank<IssuedKey>(flags, context, {
    method: 'POST',
    path: '/v1/keys',
    body: { name, scope, accounts, rateLimitPerSecond, expiresAt },
  });
  show(issued, context);
}

async function rotateKey(
  name: string,
  flags: BankFlags & { overlap: number },
  context: CommandContext,
): Promise<void> {
  const issued = await askBank<IssuedKey>(flags, context, {
    method: 'POST',
    path: `/v1/keys/${name}/rotate`,
    body: { overlapSeconds: flags.overlap },
  });
  show(issued, context);
  const { previousKeyUntil } = issued;
  context.terminal.note(
    previousKeyUntil === undefined
      ? 'the old key is refused from now on'
      : `the old key works until ${previousKeyUntil}`,
  );
}

/** Nothing but the key is on standard output, so that it can go where it belongs: `lastro key create ... > file`. */
function show({ name, key }: IssuedKey, { terminal }: CommandContext): void {
  terminal.print(key);
  terminal.note(`this is the key of ${name}: it is shown this once, and kept nowhere`);
}

async function revokeKey(name: string, flags: BankFlags, context: CommandContext): Promise<void> {
  await askBank(flags, context, { method: 'DELETE', path: `/v1/keys/${name}` });
  context.terminal.print(`revoked ${name}`);
}

async function listKeys(
  flags: BankFlags & { limit: number; json?: boolean },
  context: CommandContext,
): Promise<void> {
  const { keys, more } = await readKeys(flags, context);
  if (flags.json === true) return context.terminal.print(JSON.stringify({ keys, more }));
  if (keys.length === 0) return context.terminal.note('no keys but the one in the settings of the services');
  const columns = [
    { head: 'name' },
    { head: 'scope' },
    { head: 'accounts' },
    { head: 'a second', align: 'right' },
    { head: 'made' },
    { head: 'by' },
    { head: 'state' },
  ] as const;
  for (const line of tableLines(columns, keys.map(rowOf))) context.terminal.print(line);
  if (more) context.terminal.note(`there are more: --limit ${flags.limit * 10}`);
}

async function readKeys(
  flags: BankFlags & { limit: number },
  context: CommandContext,
): Promise<{ keys: Key[]; more: boolean }> {
  const keys: Key[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(Math.min(flags.limit - keys.length, KEYS_PER_PAGE_MAX)),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const page = await askBank<KeyPage>(flags, context, {
      method: 'GET',
      path: `/v1/keys?${query.toString()}`,
    });
    keys.push(...page.keys);
    cursor = page.nextCursor;
  } while (cursor !== undefined && keys.length < flags.limit);
  return { keys, more: cursor !== undefined };
}

function rowOf(key: Key): string[] {
  const { name, scope, accounts, rateLimitPerSecond, createdAt, createdBy } = key;
  const rate = rateLimitPerSecond === undefined ? '' : String(rateLimitPerSecond);
  return [name, scope, accounts?.join(' ') ?? 'all', rate, createdAt, createdBy, stateOf(key)];
}

function stateOf({ revokedAt, expiresAt, previousKeyUntil }: Key): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`;
  if (expiresAt !== undefined)
    return `${Date.parse(expiresAt) <= Date.now() ? 'expired' : 'expires'} ${expiresAt}`;
  const overlaps = previousKeyUntil !== undefined && Date.parse(previousKeyUntil) > Date.now();
  return overlaps ? `old key until ${previousKeyUntil}` : '';
}
