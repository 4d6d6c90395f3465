import { Readable } from 'node:stream';
import { AccountParams, STATEMENT_FORMATS, StatementExportQuery } from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { exportStatement } from '../export/export-statement.ts';
import type { ReadsFor } from './lagging-reads.ts';

/** GET /v1/accounts/:id/statement/export, streamed. An answer that breaks off has no end, and its reader knows. */
export function addExportRoute(app: HttpServer, reads: ReadsFor): void {
  const underWay = new Set<Readable>();
  // Nobody would wait for the end of a long export before a service stops.
  app.addHook('preClose', async () => {
    for (const stream of underWay) stream.destroy();
  });
  app.get(
    '/v1/accounts/:id/statement/export',
    { config: { scope: 'read' }, schema: { params: AccountParams, querystring: StatementExportQuery } },
    async ({ params: { id }, query }, reply) => {
      const parts = await exportStatement(reads(reply), id, query);
      if (parts === undefined) throw new ProblemError('account_unknown', `There is no account '${id}'.`);
      const stream = Readable.from(parts);
      underWay.add(stream);
      stream.once('close', () => underWay.delete(stream));
      return reply
        .type(STATEMENT_FORMATS[query.format])
        .header('content-disposition', `attachment; filename="${fileName(id, query.format)}"`)
        .send(stream);
    },
  );
}

/** A name that every file system takes. */
function fileName(account: string, format: string): string {
  return `statement-${account.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.${format}`;
}
