import type { StatementExportQuery } from '@lastro/contract';
import { LastroUnreachableError } from './errors.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';
import { NoAnswerError } from './transport.ts';

/** What a file of each format is called on the wire. */
const MEDIA_TYPES = { csv: 'text/csv', jsonl: 'application/jsonl', ofx: 'application/x-ofx' } as const;

export interface StatementExportOptions extends StatementExportQuery {
  /** Ends the export. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The text of a file, piece by piece, as it comes from the bank. A file is one state of the ledger, so a connection that
 * breaks in the middle ends it: begin again.
 *
 * @throws LastroProblemError when the bank refuses; LastroUnreachableError when no server can be reached, or the file broke off.
 */
export async function* exportStatement(
  account: string,
  { signal, ...query }: StatementExportOptions,
  requester: Requester,
): AsyncGenerator<string, void, void> {
  const path = `/v1/accounts/${encodeURIComponent(account)}/statement/export${queryString(query)}`;
  const mediaType = MEDIA_TYPES[query.format];
  const pieces = await requester.open(path, { mediaType, signal });
  try {
    yield* pieces;
  } catch (error) {
    throw error instanceof NoAnswerError ? new LastroUnreachableError([], 1, false, error) : error;
  }
}
