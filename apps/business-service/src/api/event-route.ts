import { type EventPosition, EventStreamQuery, parseEventId } from '@lastro/contract';
import { type Authenticator, type HttpServer, ProblemError } from '@lastro/service';
import type { FastifyReply } from 'fastify';
import { senderOf } from '../access/customers.ts';
import { eventView } from '../events/event-view.ts';
import type { EventStreams } from '../events/event-streams.ts';
import { describe, eventStream, problems } from './documentation.ts';

/** GET /v1/events: what happens, as it happens. */
export function addEventRoute(app: HttpServer, streams: EventStreams, keys: Authenticator): void {
  app.get(
    '/v1/events',
    {
      config: { scope: 'read', resumesEvents: true, showsEvents: true },
      // An answer without a body would have no end.
      exposeHeadRoute: false,
      schema: {
        ...describe('Events', 'streamEvents', 'Follow what the ledger does, as Server-Sent Events', [
          'Every operation, posted or rejected, and every balance that crosses the value of a monitor, in sequence order. `id` is',
          'the place of an event, `event` its type, `data` an `Event` as JSON. A client that was cut off comes again with the id',
          'that it saw last in `Last-Event-ID` (`EventSource` does by itself), here or at another service, and misses nothing.',
          'Comments, and ids without an event, come in between.',
        ]),
        querystring: EventStreamQuery,
        response: {
          200: eventStream('Events, without end.'),
          ...problems(
            'invalid_request',
            'unauthorized',
            'forbidden',
            'rate_limited',
            'headers_too_large',
            'internal_error',
            'ledger_unavailable',
            'too_many_streams',
            'stopping',
          ),
        },
      },
    },
    async (request, reply) => {
      const { query, headers } = request;
      const after = headers['last-event-id'] ?? query.after;
      const position = after === undefined ? undefined : positionOf(after);
      await streams.open(() => beginStream(reply), {
        position,
        view: eventView(query, senderOf(request)),
        isAllowed: () => isKnown(keys, headers.authorization),
      });
      return reply;
    },
  );
}

function positionOf(after: string | string[]): EventPosition {
  const position = typeof after === 'string' ? parseEventId(after) : undefined;
  if (position === undefined)
    throw new ProblemError(
      'invalid_request',
      'Last-Event-ID must be the id of an event, such as 120 or 120.1.',
    );
  return position;
}

function beginStream(reply: FastifyReply) {
  reply.hijack();
  return reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    // Who buffers on the way would keep events from arriving (nginx).
    'x-accel-buffering': 'no',
  });
}

/** Whether a key is still one. Where nobody can tell just now, it is. */
async function isKnown(keys: Authenticator, authorization: string | undefined): Promise<boolean> {
  try {
    return (await keys.authenticate(authorization)) !== undefined;
  } catch (error) {
    return error instanceof ProblemError && error.retryable;
  }
}
