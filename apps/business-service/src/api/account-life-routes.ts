import {
  AccountParams,
  CloseRequest,
  FreezeRequest,
  OpenableAccountParams,
  UpdateAccountRequest,
} from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { closeContent, freezeContent, updateContent } from '../submitted-operation.ts';
import { describe, TAKEN, takenResponses, withExamples } from './documentation.ts';
import type { TakeOperation } from './take-operation.ts';

const config = { scope: 'operate', takesOperation: true } as const;

/** What becomes of an account after its opening: every change is an operation with an id, in the ledger for good. */
export function addAccountLifeRoutes(app: HttpServer, take: TakeOperation): void {
  for (const type of ['freeze', 'unfreeze'] as const) {
    app.post(
      `/v1/accounts/:id/${type}`,
      {
        config,
        schema: {
          ...describe('Accounts', `${type}Account`, FREEZING[type], TAKEN),
          params: AccountParams,
          body: withExamples(FreezeRequest, [{}, { side: 'debits', description: 'court order 17' }]),
          response: takenResponses('account_not_found', 'account_closed'),
        },
      },
      (request, reply) =>
        take(request, reply, request.body.id, (own) =>
          freezeContent(own, type, request.params.id, request.body),
        ),
    );
  }
  app.post(
    '/v1/accounts/:id/close',
    {
      config,
      schema: {
        ...describe('Accounts', 'closeAccount', 'Close an account for good', [
          'Only at a balance of zero, and with nothing held.',
          ...TAKEN,
        ]),
        params: OpenableAccountParams,
        body: withExamples(CloseRequest, [{}]),
        response: takenResponses(
          'account_not_found',
          'account_closed',
          'account_not_empty',
          'account_has_holds',
        ),
      },
    },
    (request, reply) =>
      take(request, reply, request.body.id, (own) => closeContent(own, request.params.id, request.body)),
  );
  app.patch(
    '/v1/accounts/:id',
    {
      config,
      schema: {
        ...describe(
          'Accounts',
          'updateAccount',
          'Change the overdraft limit, name or metadata of an account',
          ['What is left out stays as it is; `metadata` replaces all of what was there.', ...TAKEN],
        ),
        params: AccountParams,
        body: withExamples(UpdateAccountRequest, [{ overdraftLimit: 100_000 }, { name: 'Bob & Sons' }]),
        response: takenResponses('account_not_found', 'account_closed', 'limit_in_use'),
      },
    },
    (request, reply) =>
      take(request, reply, request.body.id, (own) => updateContent(own, request.params.id, request.body)),
  );
}

const FREEZING = {
  freeze: 'Stop movements out of an account, into it, or both',
  unfreeze: 'Let movements of a frozen account go on',
} as const;
