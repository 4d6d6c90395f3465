import type { Event } from '@lastro/contract';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { KEY } from './test-bank.ts';

export interface Message {
  readonly id: string;
  readonly type: string;
  readonly event: Event;
}

export interface SourceOptions {
  readonly query?: string;
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal;
  readonly key?: string;
}

/** The answer to a request for a stream of events. */
export function openStream(
  url: string,
  { query = '', lastEventId, signal, key = KEY }: SourceOptions,
): Promise<Response> {
  return fetch(`${url}/v1/events${query === '' ? '' : `?${query}`}`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    ...(signal && { signal }),
  });
}

/** The events of a stream, as a program reads them; it ends when the stream does, or when the reader stops. */
export async function* readEvents(url: string, options: SourceOptions = {}): AsyncGenerator<Message, void> {
  const response = await openStream(url, options);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const messages = response
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { id, event: type, data } of messages as unknown as AsyncIterable<{
    id?: string;
    event?: string;
    data: string;
  }>) {
    yield { id: id!, type: type!, event: JSON.parse(data) as Event };
  }
}

/** The first `count` events. */
export async function takeEvents(
  url: string,
  count: number,
  options: SourceOptions = {},
): Promise<Message[]> {
  const taken: Message[] = [];
  if (count === 0) return taken;
  for await (const message of readEvents(url, options)) {
    taken.push(message);
    if (taken.length === count) break;
  }
  return taken;
}
