import { EVENT_LOG_PAGE_MAX, EventLogQuery } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import type { EventLog } from '../events/event-log.ts';
import { logLine } from '../events/log-event.ts';

/**
 * GET /v1/event-log: what happened after a sequence, in order; with `wait` the answer is held until something has. The
 * contract's `EventLogPage`, each event on a line of its own, so that it can be cut into events without being parsed.
 */
export function addEventLogRoute(app: HttpServer, log: EventLog, waitMaxMs: number): void {
  app.get(
    '/v1/event-log',
    { config: { scope: 'read' }, schema: { querystring: EventLogQuery } },
    async ({ query, raw }, reply) => {
      const { after, limit = EVENT_LOG_PAGE_MAX, wait = 0 } = query;
      const gone = new AbortController();
      const tell = () => gone.abort();
      raw.socket.once('close', tell);
      try {
        const waitMs = Math.min(wait * 1000, waitMaxMs);
        const page =
          after === undefined
            ? await log.end()
            : await log.follow({ after, limit }, { waitMs, signal: gone.signal });
        return await reply
          .type('application/json; charset=utf-8')
          .send(`{"through":${page.through},"events":[\n${page.events.map(logLine).join(',\n')}\n]}`);
      } finally {
        raw.socket.off('close', tell);
      }
    },
  );
}
