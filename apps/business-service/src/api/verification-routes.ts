import {
  type SubmittedVerification,
  Verification,
  VerificationParams,
  VerificationRequest,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { uuidv7 } from 'uuidv7';
import { senderOf } from '../access/customers.ts';
import type { LedgerCall } from '../data-service-client.ts';
import type { DataServices } from '../system/data-services.ts';
import { CHANGE_PROBLEMS, describe, json, problems, READ_PROBLEMS, withExamples } from './documentation.ts';
import type { FastifyReply } from 'fastify';

/** Verifications of the whole ledger. A data service does them, each its own: the one that knows an id is looked for. */
export function addVerificationRoutes(app: HttpServer, services: DataServices): void {
  const answer = async (reply: FastifyReply, call: LedgerCall) => {
    const { status, text } = await services.firstToKnow(call);
    if (status === 404) throw new ProblemError('verification_not_found');
    return reply.code(status).type('application/json; charset=utf-8').send(text);
  };

  app.post(
    '/v1/verifications',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Ledger', 'startVerification', 'Compute the whole ledger again, and compare', [
          'One at a time: while one runs, it is the answer. The last one is remembered until its data service ends.',
        ]),
        body: withExamples(VerificationRequest, [{ scope: 'whole' }]),
        response: { 202: json('It runs.', Verification), ...problems(...CHANGE_PROBLEMS) },
      },
    },
    (request, reply) => {
      const { scope = 'whole' } = request.body;
      const submitted: SubmittedVerification = { id: uuidv7(), scope, startedBy: senderOf(request).name };
      return answer(reply, {
        method: 'POST',
        path: '/v1/verifications',
        body: Buffer.from(JSON.stringify(submitted)),
      });
    },
  );

  app.get(
    '/v1/verifications/:id',
    {
      config: { scope: 'read' },
      schema: {
        ...describe('Ledger', 'getVerification', 'How far a verification is, and what it found', []),
        params: VerificationParams,
        response: {
          200: json('As it is now.', Verification),
          ...problems(...READ_PROBLEMS, 'verification_not_found'),
        },
      },
    },
    ({ params }, reply) => answer(reply, { method: 'GET', path: `/v1/verifications/${params.id}` }),
  );

  app.delete(
    '/v1/verifications/:id',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Ledger', 'cancelVerification', 'Cancel a verification', [
          'One that has ended stays as it ended.',
        ]),
        params: VerificationParams,
        response: {
          200: json('As it ended.', Verification),
          ...problems(...READ_PROBLEMS, 'verification_not_found'),
        },
      },
    },
    ({ params }, reply) => answer(reply, { method: 'DELETE', path: `/v1/verifications/${params.id}` }),
  );
}
