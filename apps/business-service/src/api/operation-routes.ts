import {
  DepositRequest,
  Operation,
  OperationParams,
  TransferRequest,
  WithdrawalRequest,
} from '@lastro/contract';
import { type HttpServer, type Principal, ProblemError, sendProblem } from '@lastro/service';
import { operationShownTo, senderOf } from '../access/customers.ts';
import type { FastifyReply } from 'fastify';
import type { OperationStates } from '../operation-state.ts';
import type { OperationQueue } from '../queue/queue.ts';
import { depositContent, transferContent, withdrawalContent } from '../submitted-operation.ts';
import {
  describe,
  json,
  MOVEMENT_REASONS,
  problems,
  TAKEN,
  takenResponses,
  withExamples,
} from './documentation.ts';
import type { LedgerReads } from './ledger-reads.ts';
import type { TakeOperation } from './take-operation.ts';

const config = { scope: 'operate', takesOperation: true } as const;

/** POST /v1/deposits, /v1/withdrawals, /v1/transfers: money that moves at once. */
export function addOperationRoutes(app: HttpServer, take: TakeOperation): void {
  app.post(
    '/v1/deposits',
    {
      config,
      schema: {
        ...describe('Operations', 'deposit', 'Pay cash into an account', TAKEN),
        body: withExamples(DepositRequest, [{ account: 'alice', amount: 10_000 }]),
        response: takenResponses(...MOVEMENT_REASONS),
      },
    },
    (request, reply) => take(request, reply, request.body.id, (own) => depositContent(own, request.body)),
  );
  app.post(
    '/v1/withdrawals',
    {
      config,
      schema: {
        ...describe('Operations', 'withdraw', 'Pay cash out of an account', TAKEN),
        body: withExamples(WithdrawalRequest, [{ account: 'alice', amount: 2_500, description: 'ATM 12' }]),
        response: takenResponses(...MOVEMENT_REASONS),
      },
    },
    (request, reply) => take(request, reply, request.body.id, (own) => withdrawalContent(own, request.body)),
  );
  app.post(
    '/v1/transfers',
    {
      config,
      schema: {
        ...describe('Operations', 'transfer', 'Move money between two accounts', TAKEN),
        body: withExamples(TransferRequest, [
          {
            id: '01890a5d-ac96-774b-bcce-b302099a8057',
            from: 'alice',
            to: 'bob',
            amount: 5_000,
            currency: 'BRL',
          },
        ]),
        response: takenResponses(...MOVEMENT_REASONS),
      },
    },
    (request, reply) => take(request, reply, request.body.id, (own) => transferContent(own, request.body)),
  );
}

/** GET /v1/operations/{id}: from what is known here, so that it works without the ledger; else from the ledger. */
export function addOperationStateRoute(
  app: HttpServer,
  queue: OperationQueue,
  states: OperationStates,
  ledger: LedgerReads,
): void {
  app.get(
    '/v1/operations/:id',
    {
      config: { scope: 'read', showsOperation: true },
      schema: {
        ...describe('Operations', 'getOperation', 'How an operation stands', [
          'An operation that this service took is shown also while the ledger is out of reach.',
        ]),
        params: OperationParams,
        response: {
          200: json('The operation.', Operation),
          ...problems(
            'invalid_request',
            'unauthorized',
            'rate_limited',
            'operation_not_found',
            'id_conflict',
            'ledger_unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const id = request.params.id.toLowerCase();
      const sender = senderOf(request);
      const known = queue.find(id);
      if (known === undefined) {
        const path = `/v1/operations/${id}`;
        if (sender.accounts === undefined) return ledger.pass(reply, path);
        const { status, body } = await ledger.ask(path);
        return answerState(reply, sender, status === 200 ? body : undefined);
      }
      if (known.state === 'accepted' && known.onDisk !== undefined) await known.onDisk;
      const state = states.ofKnown(known);
      if (state.kind !== 'conflict') return answerState(reply, sender, state.json);
      const { detail, owner } = state.failure;
      if (owner !== undefined) return answerState(reply, sender, owner);
      // A neighbour's id made the group impossible: nobody owns this one, and it will never be posted.
      if (sender.accounts === undefined) return sendProblem(reply, 'id_conflict', detail);
      return answerState(reply, sender, undefined);
    },
  );
}

/** Answers with an operation as `sender` may see it. */
function answerState(reply: FastifyReply, sender: Principal, json: string | undefined): FastifyReply {
  const shown =
    sender.accounts === undefined || json === undefined
      ? json
      : JSON.stringify(operationShownTo(sender, JSON.parse(json) as Operation));
  if (shown === undefined) throw new ProblemError('operation_not_found');
  return reply.type('application/json; charset=utf-8').send(shown);
}
