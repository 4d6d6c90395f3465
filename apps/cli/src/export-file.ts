import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Problem, type StatementFormat } from '@lastro/contract';
import { accountMissing } from './bank-session.ts';
import { CommandFault } from './command-fault.ts';
import type { Bank } from './find-bank.ts';

export interface StatementExport {
  readonly account: string;
  readonly format: StatementFormat;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Writes the statement of an account to `file`, as it comes from the bank, however long it is. The file appears when it
 * is whole; what was there before stays until then.
 *
 * @throws CommandFault
 */
export async function exportToFile(bank: Bank, wanted: StatementExport, file: string): Promise<void> {
  const body = await openExport(bank, wanted);
  const part = `${file}.part`;
  try {
    await pipeline(body, createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new CommandFault(`the export broke off, and ${file} was not written: run it again`, 1, {
      cause: error,
    });
  }
}

/** The body of the first server that answers. */
async function openExport({ servers, key }: Bank, wanted: StatementExport): Promise<Readable> {
  const { account, ...query } = wanted;
  const given = Object.entries(query).filter(([, value]) => value !== undefined) as [string, string][];
  const path = `/v1/accounts/${encodeURIComponent(account)}/statement/export?${new URLSearchParams(given).toString()}`;
  for (const server of servers) {
    const answer = await fetch(server.replace(/\/+$/, '') + path, {
      headers: { authorization: `Bearer ${key}` },
    }).catch(() => undefined);
    if (answer === undefined || answer.status >= 500) continue;
    if (answer.ok && answer.body !== null) return Readable.fromWeb(answer.body as never);
    const { code, detail } = (await answer.json()) as Problem;
    if (code === 'account_unknown') throw accountMissing(account);
    throw new CommandFault(`${code}: ${detail ?? 'the bank refuses'}`);
  }
  throw new CommandFault(`${servers.join(', ')}: none can export now. Is the bank up?`);
}
