import {
  AccountParams,
  CaptureRequest,
  Hold,
  HoldListQuery,
  HoldPage,
  HoldParams,
  HoldRequest,
  type ProblemCode,
  VoidRequest,
} from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { captureContent, holdContent, voidContent } from '../submitted-operation.ts';
import { describe, MOVEMENT_REASONS, TAKEN, takenResponses, withExamples } from './documentation.ts';
import { addLedgerReads, type LedgerRead } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';
import type { TakeOperation } from './take-operation.ts';

const config = { scope: 'operate', takesOperation: true } as const;
const ENDED = [
  'hold_not_found',
  'hold_captured',
  'hold_voided',
  'hold_expired',
] as const satisfies readonly ProblemCode[];

/** POST /v1/holds and what follows: a transfer in two phases. */
export function addHoldRoutes(app: HttpServer, take: TakeOperation, ledger: LedgerReads): void {
  app.post(
    '/v1/holds',
    {
      config,
      schema: {
        ...describe('Holds', 'hold', 'Reserve money for a later payment', [
          'The amount stays in the balance of `from` and is not available any more, until the hold is captured, voided or',
          'expires. Its id is the id of this operation.',
          ...TAKEN,
        ]),
        body: withExamples(HoldRequest, [{ from: 'alice', to: 'shop', amount: 5_000, expiresIn: 604_800 }]),
        response: takenResponses(...MOVEMENT_REASONS),
      },
    },
    (request, reply) => take(request, reply, request.body.id, (own) => holdContent(own, request.body)),
  );
  app.post(
    '/v1/holds/:id/capture',
    {
      config,
      schema: {
        ...describe('Holds', 'captureHold', 'Pay out of a hold', [
          'Moves all that is held, or `amount` of it, and releases the rest: a hold is captured once.',
          ...TAKEN,
        ]),
        params: HoldParams,
        body: withExamples(CaptureRequest, [{}, { amount: 4_200 }]),
        response: takenResponses(
          ...ENDED,
          'capture_exceeds_hold',
          'account_closed',
          'account_frozen',
          'balance_overflow',
        ),
      },
    },
    (request, reply) =>
      take(request, reply, request.body.id, (own) => captureContent(own, request.params.id, request.body)),
  );
  app.post(
    '/v1/holds/:id/void',
    {
      config,
      schema: {
        ...describe('Holds', 'voidHold', 'Release a hold', TAKEN),
        params: HoldParams,
        body: withExamples(VoidRequest, [{}, { description: 'cancelled by the shop' }]),
        response: takenResponses(...ENDED),
      },
    },
    (request, reply) =>
      take(request, reply, request.body.id, (own) => voidContent(own, request.params.id, request.body)),
  );
  addLedgerReads(app, ledger, READS);
}

const READS: readonly LedgerRead[] = [
  {
    path: '/v1/holds/:id',
    doc: describe('Holds', 'getHold', 'One hold', []),
    params: HoldParams,
    answer: Hold,
    problems: ['hold_unknown'],
  },
  {
    path: '/v1/accounts/:id/holds',
    doc: describe('Holds', 'listHolds', 'The holds on an account, newest first', []),
    params: AccountParams,
    querystring: HoldListQuery,
    answer: HoldPage,
    problems: ['account_unknown'],
  },
];
