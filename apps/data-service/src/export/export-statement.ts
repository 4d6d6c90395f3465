import { PAGE_SIZE_MAX, type StatementExportQuery, type StatementFormat } from '@lastro/contract';
import { statementEntry } from '../api/statement-entry.ts';
import type { LedgerStore, StatementPage } from '../storage/store.ts';
import { csvStatement } from './csv-statement.ts';
import { jsonLinesStatement } from './json-lines-statement.ts';
import { ofxStatement } from './ofx-statement.ts';
import type { ExportedStatement, StatementWriter } from './statement-writer.ts';

const WRITERS: Readonly<Record<StatementFormat, (statement: ExportedStatement) => StatementWriter>> = {
  csv: csvStatement,
  jsonl: jsonLinesStatement,
  ofx: ofxStatement,
};

/**
 * The text of a statement, part after part, each made when it is asked for: however many entries there are, a page of
 * them is in memory. It has the entries up to the newest one when the export began, whatever is posted meanwhile:
 * an account's chain is walked back from there, and what is in it never changes.
 *
 * @returns undefined when there is no such account. The first page has been read by then.
 * @throws StoreUnavailableError, also from the parts.
 */
export async function exportStatement(
  store: Pick<LedgerStore, 'findAccount' | 'statement'>,
  accountId: string,
  { format, from, to }: StatementExportQuery,
): Promise<AsyncGenerator<string, void, void> | undefined> {
  const exportedAt = new Date().toISOString();
  const opened = await store.findAccount(accountId);
  const first = await store.statement(accountId, { from, to, limit: PAGE_SIZE_MAX });
  if (opened === undefined || first === undefined) return undefined;
  const { account, openingBalance, closingBalance } = first;
  const writer = WRITERS[format]({
    account: account.id,
    currency: account.currency,
    openingBalance,
    closingBalance,
    from,
    to,
    openedAt: opened.openedAt,
    exportedAt,
  });
  return partsOf(writer, first, async (cursor) => {
    const page = await store.statement(accountId, { from, cursor, limit: PAGE_SIZE_MAX });
    if (page === undefined) throw new Error(`account number ${account.number} is gone`);
    return page;
  });
}

async function* partsOf(
  writer: StatementWriter,
  first: StatementPage,
  pageAt: (cursor: number) => Promise<StatementPage>,
): AsyncGenerator<string, void, void> {
  yield writer.head();
  for (let page = first; ;) {
    const { account, operations, nextCursor } = page;
    if (operations.length > 0)
      yield writer.entries(operations.map((operation) => statementEntry(operation, account.id)));
    if (nextCursor === undefined) break;
    page = await pageAt(nextCursor);
  }
  yield writer.end();
}
