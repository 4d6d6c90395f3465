import type { ServerResponse } from 'node:http';
import { EVENT_INDEX_MAX, type EventPosition } from '@lastro/contract';
import { type Logger, ProblemError } from '@lastro/service';
import { type EventLogClient, EventLogUnavailableError } from './event-log-client.ts';
import {
  type EventStart,
  EventStream,
  type EventStreamObserver,
  type EventStreamSettings,
} from './event-stream.ts';
import type { EventView } from './event-view.ts';
import { EventTail, type EventTailSettings } from './event-tail.ts';

export interface EventStreamsSettings extends EventStreamSettings, EventTailSettings {
  readonly streamsMax: number;
  readonly heartbeatMs: number;
}

export interface AskedStream {
  /** The newest event that the client has; `undefined`: it wants what comes from now on. */
  readonly position: EventPosition | undefined;
  readonly view: EventView;
  /** Whether the key of the client still opens it; asked now and then, and never rejects. */
  readonly isAllowed: () => Promise<boolean>;
}

/** Every stream of events that this service has open. */
export class EventStreams {
  readonly #client: EventLogClient;
  readonly #tail: EventTail;
  readonly #settings: EventStreamsSettings;
  readonly #observer: EventStreamObserver;
  readonly #logger: Logger;
  /** Each with whether its client may still see it. */
  readonly #streams = new Map<EventStream, AskedStream['isAllowed']>();
  readonly #heart: NodeJS.Timeout;
  /** Those that are about to open included. */
  #count = 0;
  #stopping = false;

  constructor(
    client: EventLogClient,
    settings: EventStreamsSettings,
    observer: EventStreamObserver,
    logger: Logger,
  ) {
    this.#client = client;
    this.#settings = settings;
    this.#observer = observer;
    this.#logger = logger;
    this.#tail = new EventTail(client, settings, logger);
    this.#heart = setInterval(() => {
      for (const [stream, isAllowed] of this.#streams) void this.#beat(stream, isAllowed);
    }, settings.heartbeatMs).unref();
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Answers with a stream: from `position` on, or with what comes from now on. `begin` sends the head of the answer.
   *
   * @returns when the stream is open; it goes on by itself.
   * @throws ProblemError `too_many_streams`, `stopping`, and, where a position has to be found first, `ledger_unavailable`.
   */
  async open(begin: () => ServerResponse, asked: AskedStream): Promise<void> {
    if (this.#stopping) throw new ProblemError('stopping');
    if (this.#count >= this.#settings.streamsMax) throw new ProblemError('too_many_streams');
    this.#count += 1;
    let position: EventPosition;
    try {
      position = asked.position ?? (await this.#end());
    } catch (error) {
      this.#count -= 1;
      throw error;
    }
    void this.#run(begin(), { ...asked, position });
  }

  /** Ends every stream; their clients come again elsewhere. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#heart);
    for (const stream of this.#streams.keys()) stream.end();
    await this.#tail.stop();
  }

  async #run(response: ServerResponse, start: EventStart & AskedStream): Promise<void> {
    const parts = { client: this.#client, tail: this.#tail, observer: this.#observer };
    const stream = new EventStream(response, start, this.#settings, parts);
    this.#streams.set(stream, start.isAllowed);
    this.#tail.follow();
    try {
      if (this.#stopping) stream.end();
      await stream.run();
    } catch (error) {
      this.#logger.error({ err: error }, 'a stream of events has failed');
      response.destroy();
    } finally {
      this.#streams.delete(stream);
      this.#tail.unfollow();
      this.#count -= 1;
    }
  }

  /** A key that was revoked, or has run out, ends its streams. */
  async #beat(stream: EventStream, isAllowed: AskedStream['isAllowed']): Promise<void> {
    if (await isAllowed()) stream.beat();
    else stream.end();
  }

  /** Past everything that is in the ledger now. */
  async #end(): Promise<EventPosition> {
    try {
      const { through } = await this.#client.page({ limit: 1 }, new AbortController().signal);
      return { sequence: through, index: EVENT_INDEX_MAX };
    } catch (error) {
      if (!(error instanceof EventLogUnavailableError)) throw error;
      throw new ProblemError('ledger_unavailable', undefined, { cause: error });
    }
  }
}
