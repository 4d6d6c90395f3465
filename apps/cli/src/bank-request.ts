import { LastroProblemError } from '@lastro/sdk';
import { request } from 'undici';
import { explain } from './bank-session.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFault } from './command-fault.ts';
import { type Bank, type BankFlags, findBank } from './find-bank.ts';

const TIMEOUT_MS = 10_000;

/** A call of the administrators' part of the API, which the SDK leaves out: its users are programs that move money. */
export interface BankRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: object;
}

/**
 * Asks the bank that the flags name, one business service after the other until one can answer. The JSON of the answer.
 *
 * @throws CommandFault that says what to do.
 */
export async function askBank<Answer>(
  flags: BankFlags,
  { env }: CommandContext,
  question: BankRequest,
): Promise<Answer> {
  const bank = await findBank({ ...flags, env });
  let fault: unknown;
  for (const server of bank.servers) {
    try {
      return (await ask(server, bank, question)) as Answer;
    } catch (error) {
      fault = error;
      // What may have been done is not asked for again: the answer to a second time would say something else.
      if (!hasDoneNothing(error, question.method)) break;
    }
  }
  throw explain(fault, bank.servers);
}

async function ask(server: string, { key }: Bank, { method, path, body }: BankRequest): Promise<unknown> {
  const options = {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  const response = await request(server.replace(/\/+$/, '') + path, options).catch((error: Error) => {
    throw new NoAnswerFault(server, method, error);
  });
  const answer = await response.body.text().then(parse, () => undefined);
  if (response.statusCode >= 300)
    throw new LastroProblemError({ status: response.statusCode, retryAfterMs: undefined, body: answer });
  return answer;
}

/** Nobody answered. */
class NoAnswerFault extends CommandFault {
  readonly wasSent: boolean;

  constructor(server: string, method: string, cause: Error) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const wasSent = code !== 'ECONNREFUSED';
    const advice =
      wasSent && method === 'POST' ? "It may have been done: see with 'lastro key list'" : 'Is the bank up?';
    super(`${server}: no answer (${message || code}). ${advice}`, 1, { cause });
    this.wasSent = wasSent;
  }
}

/** Whether another business service may be asked: this one has done nothing, or nothing that is not harmless twice. */
function hasDoneNothing(error: unknown, method: BankRequest['method']): boolean {
  if (error instanceof NoAnswerFault) return !error.wasSent;
  if (!(error instanceof LastroProblemError) || error.status !== 503) return false;
  // A service that did not hear from the ledger does not know what has become of a change.
  return method !== 'POST' || error.code === 'stopping';
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
