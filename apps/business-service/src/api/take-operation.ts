import type { OperationContent } from '@lastro/ledger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { senderOf } from '../access/customers.ts';
import { answerOperation, patienceOf } from './answers.ts';
import type { DoorOf } from './doors.ts';
import { requestedId } from './idempotency-key.ts';

/** Takes the operation that a request asks for, and answers with how it stands. */
export type TakeOperation = (
  request: FastifyRequest,
  reply: FastifyReply,
  bodyId: string | undefined,
  contentOf: (identity: { readonly id: string }) => OperationContent,
) => Promise<FastifyReply>;

/** For routes that take one operation and wait for its result only where the client says so. */
export function operationTaker(doorOf: DoorOf, waitMaxMs: number): TakeOperation {
  const limits = { waitDefaultMs: 0, waitMaxMs };
  return async (request, reply, bodyId, contentOf) => {
    const { id, isNew } = requestedId(request.headers['idempotency-key'], bodyId);
    const submission = { content: contentOf({ id }), isNew, sender: senderOf(request) };
    const state = await doorOf(request).take(submission, patienceOf(request, reply, limits));
    return answerOperation(reply, id, state);
  };
}
