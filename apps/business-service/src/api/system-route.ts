import { System, SystemQuery } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import type { SystemView } from '../system/system-view.ts';
import { describe, json, problems } from './documentation.ts';

/** GET /v1/system: what the console shows. */
export function addSystemRoute(app: HttpServer, view: SystemView): void {
  app.get(
    '/v1/system',
    {
      config: { scope: 'read' },
      schema: {
        ...describe(
          'System',
          'getSystem',
          'How every part of the bank is, and what it did in the last seconds',
          [
            'Every business service answers for all of them, and for the data services; what is down is shown as it was known last.',
            'The first answer has the last 10 minutes. Ask again once a second, with `after`: of the newest sample of each service that is up, the earliest `at`.',
          ],
        ),
        querystring: SystemQuery,
        response: {
          200: json('As it is known now.', System),
          ...problems('invalid_request', 'unauthorized', 'forbidden', 'rate_limited', 'internal_error'),
        },
      },
    },
    ({ query, headers }) => {
      if (query.only === 'self') return view.lookAtSelf(query.after);
      return view.look(headers.authorization ?? '', query.after);
    },
  );
}
