import type { Operation } from '@lastro/contract';
import { LastroProblemError } from '@lastro/sdk';
import type { GoodRow } from './row.ts';

/** Gives the final state of each operation, in order. */
export type Send = (operations: readonly GoodRow['request'][]) => Promise<readonly Operation[]>;

/** What became of a row: its final operation, or the code of the problem that the bank has with it. */
export type RowOutcome =
  | { readonly row: GoodRow; readonly operation: Operation }
  | { readonly row: GoodRow; readonly refusal: string };

/** What the bank says of a whole request although it may be about one operation, and the others are as they should be. */
const PERHAPS_ABOUT_ONE: ReadonlySet<string> = new Set([
  'id_conflict',
  'duplicate_id',
  'invalid_request',
  'body_too_large',
]);

/**
 * Sends rows and waits until all are final. When the bank refuses the request, its halves are sent, one after the other, until the
 * rows are found that it is about; none of the others is lost for it.
 *
 * @throws BankStalledError when patience runs out; LastroProblemError when the bank refuses whatever is sent.
 */
export async function sendRows(send: Send, rows: readonly GoodRow[]): Promise<RowOutcome[]> {
  try {
    const operations = await send(rows.map(({ request }) => request));
    return rows.map((row, index) => ({ row, operation: operations[index]! }));
  } catch (error) {
    if (!(error instanceof LastroProblemError && PERHAPS_ABOUT_ONE.has(error.code))) throw error;
    if (rows.length === 1) return [{ row: rows[0]!, refusal: error.code }];
    const middle = Math.ceil(rows.length / 2);
    const first = await sendRows(send, rows.slice(0, middle));
    return [...first, ...(await sendRows(send, rows.slice(middle)))];
  }
}
