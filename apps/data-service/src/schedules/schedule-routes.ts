import {
  type Schedule,
  ScheduleListQuery,
  type SchedulePage,
  ScheduleParams,
  SubmittedSchedule,
  type SubmittedOperation,
  validateSubmittedOperation,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { cutPage } from '../api/cut-page.ts';
import { authorOf } from '../audit/author.ts';
import type { ScheduleStore } from './schedule-store.ts';

const read = { scope: 'read' } as const;
const write = { scope: 'operate' } as const;

/** Schedules, in the paths and shapes of the public API; but all ids come with the request, so that it may come twice. */
export function addScheduleRoutes(app: HttpServer, store: ScheduleStore): void {
  app.post(
    '/v1/schedules',
    { config: write, schema: { body: SubmittedSchedule } },
    async ({ body, principal }, reply) => {
      const operations = body.operations.map(checked);
      const kept = await store.create({ ...body, operations, acceptedBy: principal?.name ?? '' });
      if (kept === 'limit') throw new ProblemError('schedule_limit');
      if (kept === 'conflict')
        throw new ProblemError(
          'id_conflict',
          `The schedule ${body.id} was made before with another content.`,
        );
      return reply.code(201).send(kept);
    },
  );

  app.get(
    '/v1/schedules',
    { config: read, schema: { querystring: ScheduleListQuery } },
    async ({ query: { state, cursor, limit = PAGE_SIZE_DEFAULT } }): Promise<SchedulePage> => {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const found = await store.list({ state, before, limit: limit + 1 });
      const { page, next } = cutPage(found, limit, ({ number }) => String(number));
      return { schedules: page.map(({ schedule }) => schedule), ...next };
    },
  );

  app.get(
    '/v1/schedules/:id',
    { config: read, schema: { params: ScheduleParams } },
    async ({ params: { id } }) => present(await store.find(id)),
  );

  app.delete('/v1/schedules/:id', { config: write, schema: { params: ScheduleParams } }, async (request) => {
    const schedule = present(await store.cancel(request.params.id, authorOf(request)));
    if (schedule.state !== 'cancelled') throw new ProblemError('schedule_started');
    return schedule;
  });
}

function present(schedule: Schedule | undefined): Schedule {
  if (schedule === undefined) throw new ProblemError('schedule_not_found');
  return schedule;
}

function checked(candidate: unknown, index: number): SubmittedOperation {
  const validation = validateSubmittedOperation(candidate, `operations/${index}`);
  if ('error' in validation) throw new ProblemError('invalid_request', validation.error);
  return validation.value;
}
