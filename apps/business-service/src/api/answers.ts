import type { Account, Operation } from '@lastro/contract';
import { ProblemError, sendProblem } from '@lastro/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Patience } from '../waiters.ts';
import type { OperationState } from '../operation-state.ts';
import type { Failure } from '../queue/queue.ts';
import { readWaitPreference } from './prefer.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * How long the answer to `request` may be held, and until when anybody wants it. Says so in the answer when the
 * client has asked for it. `undefined`: not at all.
 */
export function patienceOf(
  request: FastifyRequest,
  reply: FastifyReply,
  limits: { readonly waitDefaultMs: number; readonly waitMaxMs: number },
): Patience | undefined {
  const preference = readWaitPreference(request.headers['prefer'], limits.waitMaxMs);
  if (preference !== undefined) reply.header('preference-applied', preference.applied);
  const waitMs = preference?.waitMs ?? Math.min(limits.waitDefaultMs, limits.waitMaxMs);
  if (waitMs === 0) return undefined;
  // No AbortSignal: making and aborting one costs more than all else that an operation needs here.
  return {
    waitMs,
    onGone(tell) {
      if (reply.raw.closed) tell();
      else reply.raw.once('close', tell);
    },
  };
}

/** Answers with the state of the operation `id`: 202 accepted, 200 posted, 422 rejected, 409 conflict. */
export function answerOperation(reply: FastifyReply, id: string, state: OperationState): FastifyReply {
  if (state.kind === 'conflict') return answerConflict(reply, state.failure, '');
  if (state.kind === 'accepted') return answerAccepted(reply, id, state.json);
  if (state.status === 'rejected') return answerRejected(reply, JSON.parse(state.json) as Operation);
  return reply.code(200).header('content-type', JSON_TYPE).send(state.json);
}

/** Answers the opening of an account: 201 with the account as it was opened, the same however often it is sent. */
export function answerOpening(reply: FastifyReply, id: string, state: OperationState): FastifyReply {
  if (state.kind !== 'final' || state.status === 'rejected') return answerOperation(reply, id, state);
  const account = openedAccount(JSON.parse(state.json) as Operation);
  return reply
    .code(201)
    .header('location', `/v1/accounts/${encodeURIComponent(account.id)}`)
    .header('content-type', JSON_TYPE)
    .send(JSON.stringify(account));
}

/** Answers one state for each operation: 200 when all are final, 202 when some are not, 409 when one cannot be. */
export function answerOperations(reply: FastifyReply, states: readonly OperationState[]): FastifyReply {
  const texts: string[] = [];
  let allFinal = true;
  for (const [index, state] of states.entries()) {
    if (state.kind === 'conflict') {
      return answerConflict(
        reply,
        state.failure,
        `operations/${index}: `,
        ' The others were taken: ask for them by their ids.',
      );
    }
    allFinal &&= state.kind === 'final';
    texts.push(state.json);
  }
  return reply
    .code(allFinal ? 200 : 202)
    .header('content-type', JSON_TYPE)
    .send(`{"operations":[${texts.join(',')}]}`);
}

function answerAccepted(reply: FastifyReply, id: string, json: string): FastifyReply {
  return reply
    .code(202)
    .header('location', `/v1/operations/${id}`)
    .header('content-type', JSON_TYPE)
    .send(json);
}

function answerRejected(reply: FastifyReply, operation: Operation): FastifyReply {
  return sendProblem(reply, operation.reason ?? 'internal_error', undefined, operation);
}

function answerConflict(
  reply: FastifyReply,
  { detail, owner }: Failure,
  where: string,
  more = '',
): FastifyReply {
  const operation: unknown = owner === undefined ? undefined : JSON.parse(owner);
  return sendProblem(reply, 'id_conflict', `${where}${detail}${more}`, operation);
}

function openedAccount({
  account,
  currency,
  name,
  metadata,
  overdraftLimit = 0,
  postedAt,
}: Operation): Account {
  if (account === undefined || currency === undefined || postedAt === undefined) {
    throw new ProblemError('internal_error', 'The ledger opened an account without saying which.');
  }
  return {
    id: account,
    currency,
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
    overdraftLimit,
    balance: 0,
    held: 0,
    available: overdraftLimit,
    status: 'open',
    entryCount: 0,
    openedAt: postedAt,
  };
}
