import {
  compileSchema,
  OPERATIONS_PER_SCHEDULE_MAX,
  Schedule,
  ScheduleListQuery,
  SchedulePage,
  ScheduleParams,
  ScheduleRequest,
} from '@lastro/contract';
import type { HttpServer, Principal } from '@lastro/service';
import { type Static, type TSchema, Type } from 'typebox';
import { v5 as uuidv5 } from 'uuid';
import { senderOf } from '../access/customers.ts';
import type { RateLimits } from '../access/rate-limits.ts';
import { keptInstant } from '../kept-instant.ts';
import { entryOf } from '../submitted-operation.ts';
import { CHANGE_PROBLEMS, describe, json, problems, READ_PROBLEMS, withExamples } from './documentation.ts';
import { requestedId } from './idempotency-key.ts';
import { addLedgerReads, type LedgerRead } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';
import { readOperations } from './operation-list.ts';

/** What is checked before the operations are looked at one by one, so that a fault names the operation it is in. */
const Envelope = Type.Object(
  {
    ...ScheduleRequest.properties,
    operations: Type.Array(Type.Unknown(), { minItems: 1, maxItems: OPERATIONS_PER_SCHEDULE_MAX }),
  },
  { additionalProperties: false },
);

/** Operations for a later time. The ledger's database keeps them, so all of it needs the ledger. */
export function addScheduleRoutes(app: HttpServer, ledger: LedgerReads, rates: RateLimits): void {
  addCreateRoute(app, ledger, rates);
  addLedgerReads(app, ledger, READS);
  addCancelRoute(app, ledger);
}

function addCreateRoute(app: HttpServer, ledger: LedgerReads, rates: RateLimits): void {
  app.post(
    '/v1/schedules',
    {
      config: { scope: 'operate', takesSchedule: true },
      schema: {
        ...describe('Schedules', 'createSchedule', 'Send operations at a later time', [
          'The bank keeps them, and sends them once their time has come, also when it was down then: each takes effect once,',
          'by the rules and balances of that moment. With `atomic`, all of them post or all are rejected. Send it again with',
          'the same id as often as you like. Operations without an id get one that follows from the id of the schedule.',
        ]),
        body: withExamples(ScheduleRequest, [
          {
            scheduledFor: '2026-12-01T09:00:00Z',
            operations: [{ type: 'transfer', from: 'alice', to: 'landlord', amount: 150_000 }],
          },
        ]),
        response: {
          201: json('Kept, or known already: as it stands.', Schedule),
          ...problems(
            ...CHANGE_PROBLEMS,
            'invalid_idempotency_key',
            'duplicate_id',
            'id_conflict',
            'schedule_limit',
          ),
        },
      },
      validatorCompiler: ({ schema, httpPart }) =>
        compileSchema(httpPart === 'body' ? Envelope : (schema as TSchema), httpPart),
    },
    (request, reply) => {
      const sender = senderOf(request);
      rates.count(sender, request.body.operations.length);
      const { id } = requestedId(request.headers['idempotency-key'], request.body.id);
      const body = Buffer.from(submittedSchedule(id, request.body, sender));
      return ledger.passCall(reply, { method: 'POST', path: '/v1/schedules', body });
    },
  );
}

/** A SubmittedSchedule. The same request makes the same one, whichever service it comes to. */
function submittedSchedule(
  id: string,
  { scheduledFor, operations, atomic = false }: Static<typeof Envelope>,
  sender: Principal,
): string {
  const instant = keptInstant(scheduledFor);
  const entries = readOperations(operations, atomic, (index) => uuidv5(`operation ${index}`, id)).map(
    ({ content }) => entryOf(content, sender, instant).json,
  );
  const envelope = JSON.stringify({ id, scheduledFor: instant, by: sender.name });
  return `${envelope.slice(0, -1)},"operations":[${entries.join(',')}]}`;
}

const READS: readonly LedgerRead[] = [
  {
    path: '/v1/schedules',
    doc: describe('Schedules', 'listSchedules', 'List schedules, newest first', []),
    querystring: ScheduleListQuery,
    answer: SchedulePage,
  },
  {
    path: '/v1/schedules/:id',
    doc: describe('Schedules', 'getSchedule', 'One schedule', [
      'What has become of its operations is found under their ids, at `/v1/operations/{id}`.',
    ]),
    params: ScheduleParams,
    answer: Schedule,
    problems: ['schedule_not_found'],
  },
];

function addCancelRoute(app: HttpServer, ledger: LedgerReads): void {
  app.delete(
    '/v1/schedules/:id',
    {
      config: { scope: 'operate' },
      schema: {
        ...describe('Schedules', 'cancelSchedule', 'Cancel a schedule that has not started', [
          'None of its operations is ever sent. What is cancelled already stays so.',
        ]),
        params: ScheduleParams,
        response: {
          200: json('Cancelled.', Schedule),
          ...problems(...READ_PROBLEMS, 'schedule_not_found', 'schedule_started'),
        },
      },
    },
    (request, reply) => {
      const path = `/v1/schedules/${request.params.id}`;
      return ledger.passCall(reply, { method: 'DELETE', path, by: senderOf(request).name });
    },
  );
}
