import { Account, OpenAccountRequest, Operation } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import type { Intake } from '../intake.ts';
import { openContent } from '../submitted-operation.ts';
import { answerOpening, patienceOf } from './answers.ts';
import { describe, INTAKE_PROBLEMS, json, problems, withExamples } from './documentation.ts';
import { requestedId } from './idempotency-key.ts';

/** An account is wanted at once, so its opening is waited for unless the client prefers otherwise. */
const OPENING_WAIT_MS = 10_000;

/** POST /v1/accounts */
export function addAccountRoutes(app: HttpServer, intake: Intake, waitMaxMs: number): void {
  const limits = { waitDefaultMs: OPENING_WAIT_MS, waitMaxMs };
  app.post(
    '/v1/accounts',
    {
      config: { scope: 'operate', takesOperation: true },
      schema: {
        ...describe('Accounts', 'openAccount', 'Open an account', [
          'An operation like any other, whose id comes in `Idempotency-Key`; `id` in the body is the account’s.',
          'Held for the result for 10 seconds, or as long as `Prefer` says.',
        ]),
        body: withExamples(OpenAccountRequest, [
          { id: 'alice' },
          { id: 'bob', currency: 'EUR', overdraftLimit: 50_000, name: 'Bob', metadata: { branch: '7' } },
        ]),
        response: {
          201: json('Opened. The account as it was then.', Account),
          202: json('Accepted, and not opened yet when the time ran out. The operation.', Operation),
          ...problems(...INTAKE_PROBLEMS, 'account_exists'),
        },
      },
    },
    async (request, reply) => {
      const { id, isNew } = requestedId(request.headers['idempotency-key'], undefined);
      const content = openContent({ id }, request.body);
      return answerOpening(
        reply,
        id,
        await intake.take({ content, isNew, sender: senderOf(request) }, patienceOf(request, reply, limits)),
      );
    },
  );
}
