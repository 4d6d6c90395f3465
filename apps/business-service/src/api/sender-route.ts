import { Caller } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import { describe, json, problems } from './documentation.ts';

/** GET /v1/whoami: what the console shows and offers depends on whose key it has. */
export function addSenderRoute(app: HttpServer): void {
  app.get(
    '/v1/whoami',
    {
      config: { scope: 'read', showsSender: true },
      schema: {
        ...describe('Keys', 'whoAmI', 'Whose key this is', [
          'And what it may do. Asks nobody else, so it works while the ledger cannot be reached.',
        ]),
        response: {
          200: json('The sender of the request.', Caller),
          ...problems('invalid_request', 'unauthorized', 'rate_limited', 'internal_error'),
        },
      },
    },
    (request): Caller => {
      const { name, scope, accounts } = senderOf(request);
      return { name, scope, limitedToAccounts: accounts !== undefined };
    },
  );
}
