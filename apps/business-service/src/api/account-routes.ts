import { Account, OpenAccountRequest, Operation } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import { openContent } from '../submitted-operation.ts';
import { answerOpening, answerOperation, patienceOf } from './answers.ts';
import { describe, INTAKE_PROBLEMS, json, problems, withExamples } from './documentation.ts';
import { type DoorOf, isDryRun } from './doors.ts';
import { requestedId } from './idempotency-key.ts';

/** An account is wanted at once, so its opening is waited for unless the client prefers otherwise. */
const OPENING_WAIT_MS = 10_000;

/** POST /v1/accounts */
export function addAccountRoutes(app: HttpServer, doorOf: DoorOf, waitMaxMs: number): void {
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
          200: json('Only tried, with `dryRun`: the operation.', Operation),
          201: json('Opened. The account as it was then.', Account),
          202: json('Accepted, and not opened yet when the time ran out. The operation.', Operation),
          ...problems(...INTAKE_PROBLEMS, 'account_exists'),
        },
      },
    },
    async (request, reply) => {
      const { id, isNew } = requestedId(request.headers['idempotency-key'], undefined);
      const content = openContent({ id }, request.body);
      const submission = { content, isNew, sender: senderOf(request) };
      const state = await doorOf(request).take(submission, patienceOf(request, reply, limits));
      // What was only tried is no account yet.
      return isDryRun(request) ? answerOperation(reply, id, state) : answerOpening(reply, id, state);
    },
  );
}
