import { text } from 'node:stream/consumers';
import { AccountParams, STATEMENT_FORMATS, StatementExportQuery } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { Type } from 'typebox';
import type { StatementExports } from '../statement-exports.ts';
import { describe, problems, READ_PROBLEMS } from './documentation.ts';
import { pathToPassOn } from './ledger-reads.ts';

/** GET /v1/accounts/:id/statement/export: passed on while it is made. */
export function addExportRoute(app: HttpServer, exports: StatementExports): void {
  app.get(
    '/v1/accounts/:id/statement/export',
    { config: { scope: 'read' }, schema: SCHEMA },
    async (request, reply) => {
      const { status, headers, body } = await exports.open(pathToPassOn(request));
      reply.code(status as 200).headers(headers);
      // A problem is small, and is sent as a whole like any other.
      return reply.send(status === 200 ? body : await text(body));
    },
  );
}

/** Each form as its media type, without parameters. */
const EXPORTED: Readonly<Record<string, { readonly schema: object }>> = Object.fromEntries(
  Object.values(STATEMENT_FORMATS).map((type) => [type.replace(/;.*/, ''), { schema: Type.String() }]),
);

const SCHEMA = {
  ...describe('Accounts', 'exportStatement', 'The statement of a period as a file, however long it is', [
    'Newest first, with the opening and the closing balance: every entry up to the newest one when the export begins.',
    'An answer that breaks off before its end has no last line (`csv`: `opening_balance`, `jsonl`: `end`, `ofx`: `</OFX>`).',
    'In `csv`, text that a spreadsheet would take for a formula has an apostrophe before it.',
  ]),
  params: AccountParams,
  querystring: StatementExportQuery,
  response: {
    200: {
      description: 'As it stands in the ledger when the export begins.',
      content: EXPORTED,
    },
    ...problems(...READ_PROBLEMS, 'account_unknown', 'exports_busy'),
  },
};
