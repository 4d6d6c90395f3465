import {
  compileSchema,
  OPERATIONS_PER_REQUEST_MAX,
  OperationsAnswer,
  OperationsRequest,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import type { FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { uuidv7 } from 'uuidv7';
import { senderOf } from '../access/customers.ts';
import type { RateLimits } from '../access/rate-limits.ts';
import type { SubmissionList } from '../intake.ts';
import { answerOperations, patienceOf } from './answers.ts';
import type { DoorOf } from './doors.ts';
import { describe, INTAKE_PROBLEMS, json, problems, withExamples } from './documentation.ts';
import { readOperations } from './operation-list.ts';

/** What is checked before the operations are looked at one by one, so that a fault names the operation it is in. */
const Envelope = Type.Object(
  {
    operations: Type.Array(Type.Unknown(), { minItems: 1, maxItems: OPERATIONS_PER_REQUEST_MAX }),
    atomic: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** POST /v1/operations: many operations at once. */
export function addBulkRoute(app: HttpServer, doorOf: DoorOf, rates: RateLimits, waitMaxMs: number): void {
  const limits = { waitDefaultMs: 0, waitMaxMs };
  app.post(
    '/v1/operations',
    {
      config: { scope: 'operate', takesOperations: true },
      schema: {
        ...describe('Operations', 'sendOperations', 'Send many operations at once', [
          'All are taken, or, when one of them is malformed or conflicts, none. They are applied in their order. With',
          '`atomic`, all of them post or all are rejected. Give each an id, so that the request can be sent again.',
        ]),
        body: withExamples(OperationsRequest, [
          {
            operations: [
              { type: 'open', account: 'alice' },
              { type: 'deposit', account: 'alice', amount: 10_000 },
              { type: 'transfer', from: 'alice', to: 'bob', amount: 2_500 },
            ],
          },
        ]),
        response: {
          200: json('All are final.', OperationsAnswer),
          202: json('All are on disk; not all are final yet.', OperationsAnswer),
          ...problems(...INTAKE_PROBLEMS, 'duplicate_id'),
        },
      },
      validatorCompiler: ({ schema, httpPart }) =>
        compileSchema(httpPart === 'body' ? Envelope : (schema as TSchema), httpPart),
    },
    (request, reply) => {
      const list = listOf(request, rates);
      // It is read: what waits for the results is not to keep it.
      request.body = NOTHING;
      const states = doorOf(request).takeAll(list, patienceOf(request, reply, limits));
      return states.then((all) => answerOperations(reply, all));
    },
  );
}

const NOTHING: OperationsRequest = { operations: [] };

/** @throws ProblemError: the request is not one that can be taken. */
function listOf(request: FastifyRequest<{ Body: OperationsRequest }>, rates: RateLimits): SubmissionList {
  if (request.headers['idempotency-key'] !== undefined) {
    throw new ProblemError(
      'invalid_idempotency_key',
      'One key cannot stand for many operations: leave the header out, and give each operation its own id.',
    );
  }
  const { operations, atomic = false } = request.body;
  const sender = senderOf(request);
  rates.count(sender, operations.length);
  return { operations: readOperations(operations, atomic, () => uuidv7()), atomic, sender };
}
