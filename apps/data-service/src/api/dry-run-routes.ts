import { BatchRequest, type Operation } from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import type { HttpServer } from '@lastro/service';
import { type CommitResult, decideBatch, namesOf } from '../commit/decide-batch.ts';
import { type LedgerStore, lookupsOf } from '../storage/store.ts';
import { answerEach, resultJson } from './batch-routes.ts';
import { operationJson } from './operation-json.ts';

/** POST /v1/dry-runs: what POST /v1/batches would answer now. By the same rules, on the same ledger, with nothing written. */
export function addDryRunRoutes(app: HttpServer, store: LedgerStore): void {
  app.post(
    '/v1/dry-runs',
    { config: { scope: 'operate' }, schema: { body: BatchRequest } },
    async (request, reply) => {
      const answer = await answerEach(request.body.operations, request.principal?.name ?? '', (accepted) =>
        tryBatch(store, accepted),
      );
      return reply.type('application/json; charset=utf-8').send(answer);
    },
  );
}

function tryBatch(store: LedgerStore, batch: readonly AcceptedOperation[]): Promise<readonly string[]> {
  return store.inspect(
    () => ({ ...namesOf(batch), everyCashAccount: true, batchNumbers: [] }),
    (ledger) => {
      const accounts = new Map(ledger.accounts.map((account) => [account.id, account]));
      const state = {
        head: ledger.head,
        findAccount: (id: string) => accounts.get(id),
        ...lookupsOf(ledger),
      };
      const { results } = decideBatch(state, batch, new Date().toISOString());
      return results.map((result) => triedJson(result, ledger.head.sequence));
    },
  );
}

/** What was known before is shown as it is; what would be new has no place in the ledger, and no time. */
function triedJson(result: CommitResult, headSequence: number): string {
  if (!('operation' in result) || result.operation.sequence <= headSequence) return resultJson(result);
  const {
    sequence: _s,
    batch: _b,
    postedAt: _p,
    ...tried
  } = JSON.parse(operationJson(result.operation)) as Operation;
  return JSON.stringify({ operation: { ...tried, dryRun: true } });
}
