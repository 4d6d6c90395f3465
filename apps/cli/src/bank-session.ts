import { AmountError } from '@lastro/contract';
import { LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';
import type { CommandContext } from './command-context.ts';
import { CommandFault, usageFault } from './command-fault.ts';
import { type BankFlags, findBank } from './find-bank.ts';

/** A person waits at the terminal: long enough for a service to come back, and no longer. */
const TOTAL_TIMEOUT_MS = 10_000;

/** Longest time that a command waits for the result of an operation. */
export const RESULT_WAIT_SECONDS = 10;

/**
 * Runs `work` with a client of the bank that the flags name, and closes it.
 *
 * @throws CommandFault that says what to do, for everything that a bank can answer.
 */
export async function withBank<Result>(
  flags: BankFlags,
  { env }: CommandContext,
  work: (client: LastroClient) => Promise<Result>,
): Promise<Result> {
  const { servers, key } = await findBank({ ...flags, env });
  const client = new LastroClient({ servers, key, totalTimeoutMs: TOTAL_TIMEOUT_MS });
  try {
    return await work(client);
  } catch (error) {
    throw explain(error, servers);
  } finally {
    await client.close();
  }
}

/** What a command says about an error of a bank; what it does not know it gives back as it is. */
export function explain(error: unknown, servers: readonly string[]): unknown {
  if (error instanceof AmountError) return usageFault(error.message);
  if (error instanceof LastroUnreachableError && error.ids.length === 0) {
    return new CommandFault(`${servers.join(', ')}: ${error.message}. Is the bank up?`, 1, { cause: error });
  }
  if (error instanceof LastroProblemError && error.code === 'unauthorized') {
    return new CommandFault('the bank does not know this key: set LASTRO_API_KEY to one of its keys', 1, {
      cause: error,
    });
  }
  return error;
}

/** The account, or a fault that says how to open it. */
export function accountMissing(account: string, cause?: unknown): CommandFault {
  return new CommandFault(`account '${account}' does not exist. Open it: lastro account open ${account}`, 1, {
    cause,
  });
}

/** Reads an account that a command cannot do without. */
export async function requireAccount<Found>(account: string, read: Promise<Found>): Promise<Found> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof LastroProblemError && error.code === 'account_unknown'
      ? accountMissing(account, error)
      : error;
  }
}
