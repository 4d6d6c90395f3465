import type { Command } from 'commander';
import { loadConfig } from '@lastro/service';
import { Type } from 'typebox';
import { CommandFault, usageFault } from './command-fault.ts';
import { DEFAULT_DATA_DIRECTORY, dataPaths } from './data-directory/paths.ts';
import { findRunningBank } from './data-directory/running-bank.ts';
import { readAdminKey } from './data-directory/secrets.ts';

/** The flags of a command that talks to a bank, as commander gives them. */
export interface BankFlags {
  readonly servers?: string;
  readonly dataDir: string;
}

/** Business services, and a key that they accept. */
export interface Bank {
  readonly servers: string[];
  readonly key: string;
}

const KeySettings = Type.Object({
  LASTRO_API_KEY: Type.Optional(Type.String({ pattern: '^[!-~]{1,512}$' })),
});

/** Adds `--servers` and `--data-dir` to a command. */
export function addBankFlags(command: Command): Command {
  return command
    .option(
      '--servers <urls>',
      'business services, separated by commas (default: those that run in --data-dir)',
    )
    .option('--data-dir <path>', 'data directory of the `lastro up` to talk to', DEFAULT_DATA_DIRECTORY);
}

/**
 * Where the bank is and which key to use: `--servers`, else what runs in the data directory; LASTRO_API_KEY, else the
 * key in the data directory.
 *
 * @throws CommandFault that says what to do, ConfigError.
 */
export async function findBank(from: BankFlags & { readonly env: NodeJS.ProcessEnv }): Promise<Bank> {
  const { LASTRO_API_KEY: givenKey } = loadConfig(KeySettings, from.env);
  const paths = dataPaths(from.dataDir);
  const servers =
    from.servers === undefined ? await runningServers(from.dataDir) : parseServers(from.servers);
  const key = givenKey ?? (await readAdminKey(paths));
  if (key === undefined) {
    throw new CommandFault(
      `no key: set LASTRO_API_KEY, or point --data-dir at a data directory (${paths.adminKey} is not there)`,
    );
  }
  return { servers, key };
}

async function runningServers(dataDir: string): Promise<string[]> {
  const bank = await findRunningBank(dataPaths(dataDir));
  if (bank === undefined) {
    throw new CommandFault(
      `no bank runs in ${dataDir}: start one with 'lastro up', or name its services with --servers`,
    );
  }
  return [...bank.businessServices];
}

function parseServers(list: string): string[] {
  const servers = list.split(',').map((url) => url.trim());
  for (const text of servers) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    // A server's URL is in messages and reports: what is before an @ may be a password, and is never repeated.
    const shown = text.replace(/\/\/.*@/s, '//***@');
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      throw usageFault(`--servers: '${shown}' is not a URL such as http://127.0.0.1:7401`);
    }
    if (url.username !== '' || url.password !== '') {
      throw usageFault(`--servers: '${shown}' has a user or a password: the key goes into LASTRO_API_KEY`);
    }
  }
  return servers;
}
