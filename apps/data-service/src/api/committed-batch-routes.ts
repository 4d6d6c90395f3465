import {
  CommittedBatchListQuery,
  type CommittedBatchPage,
  CommittedBatchParams,
  CommittedBatchQuery,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import type { CommittedBatches } from '../storage/store.ts';
import { cursorSequence } from './cursor-sequence.ts';
import { operationJson } from './operation-json.ts';

const config = { scope: 'read' } as const;

/** The links of the hash chain (I8), in the paths and shapes of the public API. */
export function addCommittedBatchRoutes(app: HttpServer, store: CommittedBatches): void {
  app.get(
    '/v1/batches',
    { config, schema: { querystring: CommittedBatchListQuery } },
    async ({ query: { cursor, limit = PAGE_SIZE_DEFAULT } }): Promise<CommittedBatchPage> => {
      const batches = await store.batches(cursor === undefined ? undefined : cursorSequence(cursor), limit);
      // Numbers have no gap, so whatever is after 1 is not the end.
      const last = batches.at(-1)?.number ?? 1;
      return { batches: [...batches], ...(last > 1 ? { nextCursor: String(last) } : {}) };
    },
  );

  app.get(
    '/v1/batches/:number',
    { config, schema: { params: CommittedBatchParams, querystring: CommittedBatchQuery } },
    async ({ params: { number }, query: { cursor, limit = PAGE_SIZE_DEFAULT } }, reply) => {
      const batch = await store.batch(number);
      if (batch === undefined) throw new ProblemError('batch_not_found');
      const first = cursor === undefined ? batch.firstSequence : cursorSequence(cursor);
      if (first < batch.firstSequence || first > batch.lastSequence) throw new ProblemError('invalid_cursor');
      const operations = await store.operations({ first, last: batch.lastSequence, limit });
      const next = first + operations.length;
      const cursorText = next > batch.lastSequence ? '' : `,"nextCursor":"${next}"`;
      return reply
        .type('application/json; charset=utf-8')
        .send(
          `{"batch":${JSON.stringify(batch)},"operations":[${operations.map(operationJson).join(',')}]${cursorText}}`,
        );
    },
  );
}
