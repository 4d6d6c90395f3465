import {
  type MonitorPage,
  MonitorListQuery,
  SubmittedMonitor,
  SubscriptionParams,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import { authorOf } from '../audit/author.ts';
import { cutPage } from './cut-page.ts';
import type { PostgresSubscriptions } from '../storage/postgres/postgres-subscriptions.ts';

const write = { scope: 'operate' } as const;
const read = { scope: 'read' } as const;

/** Balance monitors, in the paths and shapes of the public API; but the id comes with the request. */
export function addMonitorRoutes(app: HttpServer, store: PostgresSubscriptions, monitorsMax: number): void {
  app.post('/v1/monitors', { config: write, schema: { body: SubmittedMonitor } }, async (request, reply) => {
    const { body } = request;
    const added = await store.addMonitor(body, monitorsMax, authorOf(request));
    if (added === 'limit') throw new ProblemError('subscription_limit');
    if (added === 'account_unknown')
      throw new ProblemError('account_unknown', `There is no account '${body.account}'.`);
    return reply.code(201).send(added.monitor);
  });

  app.get(
    '/v1/monitors',
    { config: read, schema: { querystring: MonitorListQuery } },
    async ({ query }): Promise<MonitorPage> => {
      const { account, cursor = '0', limit = PAGE_SIZE_DEFAULT } = query;
      const found = await store.monitors({ account, after: Number(cursor), limit: limit + 1 });
      const { page, next } = cutPage(found, limit, ({ number }) => String(number));
      return { monitors: page.map(({ monitor }) => monitor), ...next };
    },
  );

  app.delete(
    '/v1/monitors/:id',
    { config: write, schema: { params: SubscriptionParams } },
    async (request, reply) => {
      if (!(await store.removeMonitor(request.params.id, authorOf(request))))
        throw new ProblemError('monitor_not_found');
      return reply.code(204).send();
    },
  );
}
