import {
  type DeadLetter as DeadLetterAnswer,
  DeadLetterDiscardQuery,
  DeadLetterListQuery,
  DeadLetterPage,
  type Operation,
  OperationParams,
  OperationsAnswer,
} from '@lastro/contract';
import { type HttpServer, type Logger, ProblemError } from '@lastro/service';
import { Type } from 'typebox';
import type { OperationStates } from '../operation-state.ts';
import type { DeadLetter, OperationQueue } from '../queue/queue.ts';
import { describe, json, problems } from './documentation.ts';

const config = { scope: 'admin' } as const;
const DEFAULT_PAGE_SIZE = 50;
const KEY_PROBLEMS = ['unauthorized', 'forbidden'] as const;

/** The dead-letter list, for administrators. */
export function addDeadLetterRoutes(
  app: HttpServer,
  queue: OperationQueue,
  states: OperationStates,
  logger: Logger,
): void {
  addListRoute(app, queue, states);
  addRetryRoute(app, queue, states, logger);
  addDiscardRoute(app, queue, logger);
}

function addListRoute(app: HttpServer, queue: OperationQueue, states: OperationStates): void {
  app.get(
    '/v1/dead-letters',
    {
      config,
      schema: {
        ...describe('Dead letters', 'listDeadLetters', 'Operations that the ledger would not take', [
          'Oldest first, those of this business service only.',
        ]),
        querystring: DeadLetterListQuery,
        response: { 200: json('One page.', DeadLetterPage), ...problems('invalid_request', ...KEY_PROBLEMS) },
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? DEFAULT_PAGE_SIZE;
      const letters = queue.deadLetters(Number(query.cursor ?? 0), limit + 1);
      const page = letters.slice(0, limit);
      const nextCursor = letters.length > limit ? String(page.at(-1)!.number) : undefined;
      return {
        deadLetters: page.map((letter) => answerOf(letter, states)),
        ...(nextCursor && { nextCursor }),
      };
    },
  );
}

function addRetryRoute(
  app: HttpServer,
  queue: OperationQueue,
  states: OperationStates,
  logger: Logger,
): void {
  app.post(
    '/v1/dead-letters/:id/retry',
    {
      config,
      schema: {
        ...describe('Dead letters', 'retryDeadLetter', 'Send a dead letter again', [
          'It, with its atomic group, goes to the end of the queue.',
        ]),
        params: OperationParams,
        response: {
          202: json('It is in the queue.', OperationsAnswer),
          ...problems(
            'invalid_request',
            ...KEY_PROBLEMS,
            'dead_letter_not_found',
            'queue_full',
            'queue_unavailable',
            'queue_in_doubt',
          ),
        },
      },
    },
    async ({ params }, reply) => {
      const id = params.id.toLowerCase();
      if (!(await queue.retryDeadLetter(id))) throw new ProblemError('dead_letter_not_found');
      logger.info({ id }, 'a dead letter is sent again');
      const known = queue.find(id);
      const operations =
        known === undefined ? [] : [JSON.parse(states.acceptedJson(known.json)) as Operation];
      return reply.code(202).header('location', `/v1/operations/${id}`).send({ operations });
    },
  );
}

function addDiscardRoute(app: HttpServer, queue: OperationQueue, logger: Logger): void {
  app.delete(
    '/v1/dead-letters/:id',
    {
      config,
      schema: {
        ...describe('Dead letters', 'discardDeadLetter', 'Remove a conflict of ids from the list', [
          'Only a conflict, which can never be posted, is removed. Anything else was accepted, and stays. With `failedAt`',
          'a request that comes late, or twice, cannot remove a newer letter of the same operation.',
        ]),
        params: OperationParams,
        querystring: DeadLetterDiscardQuery,
        response: {
          204: Type.Null({ description: 'Removed.' }),
          ...problems(
            'invalid_request',
            ...KEY_PROBLEMS,
            'dead_letter_not_found',
            'dead_letter_kept',
            'queue_unavailable',
          ),
        },
      },
    },
    async ({ params, query }, reply) => {
      const id = params.id.toLowerCase();
      const outcome = await queue.discardDeadLetter(id, query.failedAt);
      if (outcome === 'not_found') throw new ProblemError('dead_letter_not_found');
      if (outcome === 'not_a_conflict') throw new ProblemError('dead_letter_kept');
      logger.info({ id }, 'a dead letter was removed');
      return reply.code(204).send(null);
    },
  );
}

function answerOf(letter: DeadLetter, states: OperationStates): DeadLetterAnswer {
  const operations = letter.operations.map((json) => JSON.parse(states.acceptedJson(json)) as Operation);
  // Of a group, the one that has an owner is to blame; its neighbours only share its fate.
  const failure = letter.failures.find(({ owner }) => owner !== undefined) ?? letter.failures[0]!;
  const { code, detail, owner, index } = failure;
  return {
    id: operations[index]!.id,
    code,
    detail,
    failedAt: letter.failedAt,
    operations,
    ...(owner === undefined ? {} : { owner: JSON.parse(owner) as Operation }),
  };
}
