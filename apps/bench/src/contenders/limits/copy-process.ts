import { performance } from 'node:perf_hooks';
import { finished } from 'node:stream/promises';
import { RECORD_FIELDS } from '@lastro/ledger';
import fastify from 'fastify';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { serve } from '../../processes/serve.ts';
import { RowMaker } from './row-maker.ts';

export interface CopySettings {
  /** With the ledger's own tables: the same columns, the same indexes. */
  readonly databaseUrl: string;
  readonly accountCount: number;
}

export interface CopyRun {
  readonly batchSize: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

export interface CopyResult {
  readonly rows: number;
  /** Of the writing alone; the rows are made outside of it. */
  readonly seconds: number;
  /** With those of the warm-up. */
  readonly rowsInAll: number;
}

const COPY_SQL = `COPY operation (${RECORD_FIELDS.join(', ')}) FROM STDIN (FORMAT binary)`;

/**
 * The rows of operations, as the ledger writes them, in durable transactions of one batch, one after the other: no
 * rules, no balances, no look-ups. Whoever keeps operations in this table cannot post faster.
 */
await serve<CopySettings>('limit-copy', async ({ databaseUrl, accountCount }) => {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const rowMaker = new RowMaker(accountCount);

  /** Outside of BEGIN and COMMIT a COPY is a transaction of its own, durable when it returns. */
  async function writeRows(rows: Buffer): Promise<void> {
    const stream = client.query(copyFrom(COPY_SQL));
    stream.end(rows);
    await finished(stream);
  }

  async function runFor(durationMs: number, batchSize: number): Promise<Omit<CopyResult, 'rowsInAll'>> {
    let [rows, writtenMs] = [0, 0];
    while (writtenMs < durationMs) {
      const bytes = rowMaker.nextBatch(batchSize);
      const startMs = performance.now();
      await writeRows(bytes);
      writtenMs += performance.now() - startMs;
      rows += batchSize;
    }
    return { rows, seconds: writtenMs / 1000 };
  }

  const app = fastify();
  app.post<{ Body: CopyRun }>('/runs', async ({ body }): Promise<CopyResult> => {
    const warmUp = await runFor(body.warmUpMs, body.batchSize);
    const measured = await runFor(body.measuredMs, body.batchSize);
    return { ...measured, rowsInAll: warmUp.rows + measured.rows };
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async stop() {
      await app.close();
      await client.end();
    },
  };
});
