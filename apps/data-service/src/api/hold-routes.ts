import {
  AccountParams,
  type Hold,
  HoldListQuery,
  HoldParams,
  OperationParams,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import type { HoldView, LedgerStore } from '../storage/store.ts';
import { operationJson } from './operation-json.ts';
import { cursorSequence } from './cursor-sequence.ts';

const config = { scope: 'read' } as const;

/** Reads of holds and of reversals, in the paths and shapes of the public API. */
export function addHoldRoutes(app: HttpServer, store: LedgerStore): void {
  app.get('/v1/holds/:id', { config, schema: { params: HoldParams } }, async ({ params }) => {
    const hold = await store.findHold(params.id.toLowerCase());
    if (hold === undefined) throw new ProblemError('hold_unknown');
    return holdAnswer(hold);
  });

  app.get(
    '/v1/accounts/:id/holds',
    { config, schema: { params: AccountParams, querystring: HoldListQuery } },
    async ({ params, query: { cursor, limit = PAGE_SIZE_DEFAULT, status } }) => {
      const range = { cursor: cursor === undefined ? undefined : cursorSequence(cursor), status, limit };
      const page = await store.holds(params.id, range);
      if (page === undefined)
        throw new ProblemError('account_unknown', `There is no account '${params.id}'.`);
      const { nextCursor } = page;
      return {
        holds: page.holds.map(holdAnswer),
        ...(nextCursor === undefined ? {} : { nextCursor: String(nextCursor) }),
      };
    },
  );

  app.get(
    '/v1/operations/:id/reversals',
    { config, schema: { params: OperationParams } },
    async ({ params }, reply) => {
      const id = params.id.toLowerCase();
      const view = await store.reversals(id);
      if (view === undefined) throw new ProblemError('operation_not_found');
      const { amount, reversed, isReversible } = view.original;
      const left = isReversible ? amount - reversed : 0;
      const reversals = view.reversals.map(operationJson).join(',');
      return reply
        .type('application/json; charset=utf-8')
        .send(`{"operation":"${id}","reversed":${reversed},"left":${left},"reversals":[${reversals}]}`);
    },
  );
}

function holdAnswer(hold: HoldView): Hold {
  const { id, from, to, amount, currency, status, captured, expiresAt, openedAt, closedAt } = hold;
  return {
    id,
    from,
    to,
    amount,
    currency,
    status,
    captured,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    openedAt,
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}
