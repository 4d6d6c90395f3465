import { currencyDigits, ExchangeRequest, type Operation, OperationsAnswer } from '@lastro/contract';
import { convertMinor } from '@lastro/ledger';
import { type HttpServer, ProblemError } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import type { OperationState } from '../operation-state.ts';
import { exchangeContents } from '../submitted-operation.ts';
import { answerOperation, answerOperations, patienceOf } from './answers.ts';
import {
  describe,
  INTAKE_PROBLEMS,
  json,
  MOVEMENT_REASONS,
  problems,
  TAKEN,
  withExamples,
} from './documentation.ts';
import type { DoorOf } from './doors.ts';
import { requestedId } from './idempotency-key.ts';

/** POST /v1/exchanges: money of one currency for money of another, all or nothing. */
export function addExchangeRoute(app: HttpServer, doorOf: DoorOf, waitMaxMs: number): void {
  const limits = { waitDefaultMs: 0, waitMaxMs };
  app.post(
    '/v1/exchanges',
    {
      config: { scope: 'operate', takesOperation: true },
      schema: {
        ...describe('Operations', 'exchange', 'Exchange money of one currency for another', [
          'An atomic group of two transfers, which both record the rate: `from` to `@fx.CURRENCY`, and `@fx.TOCURRENCY` to',
          '`to`. The accounts in @fx open by themselves; their balances are what the bank has sold and bought.',
          ...TAKEN,
        ]),
        body: withExamples(ExchangeRequest, [
          {
            from: 'alice',
            to: 'alice.usd',
            amount: 10_000,
            currency: 'BRL',
            toCurrency: 'USD',
            rate: '0.1841',
          },
        ]),
        response: {
          200: json('Both transfers are posted.', OperationsAnswer),
          202: json('Accepted: on disk, not posted yet.', OperationsAnswer),
          ...problems(...INTAKE_PROBLEMS, 'exchange_amount', ...MOVEMENT_REASONS),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { id, isNew } = requestedId(request.headers['idempotency-key'], body.id);
      const sender = senderOf(request);
      const contents = exchangeContents(id, body, amountBought(body));
      const operations = contents.map((content) => ({ content, isNew }));
      const patience = patienceOf(request, reply, limits);
      const states = await doorOf(request).takeAll({ operations, atomic: true, sender }, patience);
      const failed = states.find(isCulprit);
      return failed === undefined ? answerOperations(reply, states) : answerOperation(reply, id, failed);
    },
  );
}

/** @throws ProblemError `exchange_amount` */
function amountBought({ amount, currency, toCurrency, rate, toAmount }: ExchangeRequest): number {
  if (currency === toCurrency)
    throw new ProblemError('exchange_amount', 'An exchange is between two currencies.');
  const digits = { from: currencyDigits(currency), to: currencyDigits(toCurrency) };
  const converted = convertMinor(amount, rate, digits);
  if (converted === undefined)
    throw new ProblemError(
      'exchange_amount',
      `At ${rate}, nothing comes of it, or more than an account holds.`,
    );
  if (toAmount !== undefined && Math.abs(toAmount - converted) > 1)
    throw new ProblemError('exchange_amount', `At ${rate}, toAmount would be ${converted}.`);
  return toAmount ?? converted;
}

/** The operation of the two that was rejected by itself. */
function isCulprit(state: OperationState): boolean {
  if (state.kind !== 'final' || state.status !== 'rejected') return false;
  return (JSON.parse(state.json) as Operation).reason !== 'group_rejected';
}
