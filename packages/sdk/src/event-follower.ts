import type { Event, EventStreamQuery } from '@lastro/contract';
import { type Backoff, backoffMs, sleep } from './backoff.ts';
import { eventFrames } from './event-frames.ts';
import { queryString } from './query-string.ts';
import type { Requester } from './requester.ts';
import { NoAnswerError } from './transport.ts';

/** Which events are followed, and from where. */
export interface EventsOptions {
  /** The id of the last event that is known; '0': all that there are. Without it those to come. */
  readonly after?: string | undefined;
  /** Only events of these accounts. */
  readonly accounts?: readonly string[] | undefined;
  /** Only events of these types. */
  readonly types?: readonly Event['type'][] | undefined;
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
}

/** A service sends something much more often; a connection that is silent for so long is dead. */
const SILENCE_MAX_MS = 60_000;

/** How far the events are known. */
interface Place {
  id: string | undefined;
}

/**
 * Follows the events of a bank, in order and each once, over any number of connections and servers: each begins after the last
 * event of the one before.
 *
 * @throws LastroProblemError when the bank refuses; LastroUnreachableError when no server can be reached within the limits.
 */
export async function* followEvents(
  options: EventsOptions,
  requester: Requester,
  backoff: Backoff,
): AsyncGenerator<Event, void, void> {
  const { signal } = options;
  const isOver = (): boolean => signal?.aborted === true;
  const place: Place = { id: options.after };
  for (let failures = 1; !isOver(); failures += 1) {
    const pieces = await connect(options, place, requester).catch((error: unknown) => {
      if (isOver()) return undefined;
      throw error;
    });
    if (pieces === undefined) return;
    for await (const event of eventsOf(pieces, place)) {
      failures = 0;
      yield event;
    }
    await sleep(backoffMs(backoff, Math.max(1, failures)), signal);
  }
}

function connect(
  { accounts, types, signal }: EventsOptions,
  { id }: Place,
  requester: Requester,
): Promise<AsyncIterable<string>> {
  const query: EventStreamQuery = {
    ...(accounts === undefined ? {} : { account: accounts.join(',') }),
    ...(types === undefined ? {} : { type: types.join(',') }),
  };
  return requester.open(`/v1/events${queryString(query)}`, {
    mediaType: 'text/event-stream',
    headers: id === undefined ? {} : { 'last-event-id': id },
    timeoutMs: SILENCE_MAX_MS,
    signal,
  });
}

/** What comes over one connection, until it breaks. */
async function* eventsOf(pieces: AsyncIterable<string>, place: Place): AsyncGenerator<Event, void, void> {
  try {
    for await (const { id, data } of eventFrames(pieces)) {
      place.id = id ?? place.id;
      if (data !== undefined) yield JSON.parse(data) as Event;
    }
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
  }
}
