import { OperationParams, ReversalRequest, Reversals, ReversedParams } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { reversalContent } from '../submitted-operation.ts';
import { describe, TAKEN, takenResponses, withExamples } from './documentation.ts';
import { addLedgerReads } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';
import type { TakeOperation } from './take-operation.ts';

/** POST /v1/operations/{id}/reversal and GET /v1/operations/{id}/reversals */
export function addReversalRoutes(app: HttpServer, take: TakeOperation, ledger: LedgerReads): void {
  app.post(
    '/v1/operations/:id/reversal',
    {
      config: { scope: 'operate', takesOperation: true },
      schema: {
        ...describe('Operations', 'reverse', 'Move back what an operation has moved', [
          'All of it, or `amount`, as often as something is left. A final result never changes: a reversal is an operation of',
          'its own, from the account that was paid to the one that has paid.',
          ...TAKEN,
        ]),
        params: ReversedParams,
        body: withExamples(ReversalRequest, [{}, { amount: 1_000, description: 'one item returned' }]),
        response: takenResponses(
          'original_not_found',
          'not_reversible',
          'reversal_exceeds_rest',
          'insufficient_funds',
          'account_closed',
          'account_frozen',
          'balance_overflow',
        ),
      },
    },
    (request, reply) =>
      take(request, reply, request.body.id, (own) => reversalContent(own, request.params.id, request.body)),
  );
  addLedgerReads(app, ledger, [
    {
      path: '/v1/operations/:id/reversals',
      doc: describe('Operations', 'listReversals', 'How an operation is reversed so far', []),
      params: OperationParams,
      answer: Reversals,
      problems: ['operation_not_found'],
    },
  ]);
}
