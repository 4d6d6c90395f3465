import type { ServerResponse } from 'node:http';
import { compareEventPositions, EVENT_INDEX_MAX, eventIdOf, type EventPosition } from '@lastro/contract';
import { type BackoffLimits, pauseAfter } from '../worker/backoff.ts';
import { type EventLogClient, EventLogUnavailableError } from './event-log-client.ts';
import type { EventTail } from './event-tail.ts';
import type { EventView } from './event-view.ts';
import type { EventPage, LoggedEvent } from './logged-event.ts';

export interface EventStreamSettings {
  /** Most bytes that may wait for the client to read them. */
  readonly bufferMaxBytes: number;
  /** How long they may wait before the client is cut off. */
  readonly stalledAfterMs: number;
  /** Most operations read at a time by a stream that has to catch up. */
  readonly pageOperationsMax: number;
  readonly backoff: BackoffLimits;
}

/** Where a stream begins, and what its client is shown. */
export interface EventStart {
  readonly position: EventPosition;
  readonly view: EventView;
}

export interface EventStreamObserver {
  sent(events: number): void;
  /** The client did not read. */
  cut(): void;
}

export interface EventStreamParts {
  readonly client: EventLogClient;
  readonly tail: EventTail;
  readonly observer: EventStreamObserver;
}

/** How soon a client that was cut off should come back (`retry:`). */
const RECONNECT_MS = 1000;
/** Events are gathered into pieces of about so many characters. */
const PIECE_LENGTH = 16 * 1024;
/** About so many events are taken from memory at a time, so that a slow stream does not hold on to old ones. */
const EVENTS_AT_A_TIME = 500;

/**
 * One client that is told events, in order and each once: from memory while it is up to date, and from pages of the log
 * that it reads by itself while it is not. What it has been sent is known by the id of the newest event; where it asks from
 * there again, nothing is left out and nothing comes twice.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #view: EventView;
  readonly #settings: EventStreamSettings;
  readonly #parts: EventStreamParts;
  readonly #gone = new AbortController();
  /** The newest event that is done with. */
  #position: EventPosition;

  constructor(
    response: ServerResponse,
    { position, view }: EventStart,
    settings: EventStreamSettings,
    parts: EventStreamParts,
  ) {
    this.#response = response;
    this.#view = view;
    this.#position = position;
    this.#settings = settings;
    this.#parts = parts;
    response.on('error', () => undefined);
    response.once('close', () => this.#gone.abort());
    // It may have gone while its position was looked for.
    if (response.destroyed || response.socket?.destroyed !== false) this.#gone.abort();
  }

  /** Tells the client everything from its position on, until it goes, is cut off, or `end` is called. */
  async run(): Promise<void> {
    const { sequence, index } = this.#position;
    // A client that was told nothing yet still knows where to begin again.
    this.#response.write(`retry: ${RECONNECT_MS}\nid: ${eventIdOf(this.#position)}\n\n`);
    let through = index === EVENT_INDEX_MAX ? sequence : Math.max(0, sequence - 1);
    while (!this.#gone.signal.aborted) {
      const page = await this.#next(through);
      if (page === undefined) continue;
      await this.#send(page);
      through = page.through;
    }
  }

  /** Something moves on the connection, so that nobody on the way takes it for dead, and the client's position is kept. */
  beat(): void {
    if (this.#response.writableLength > 0) return;
    this.#response.write(`: ${new Date().toISOString()}\nid: ${eventIdOf(this.#position)}\n\n`);
  }

  /** Ends the answer: the client will come again, here or elsewhere. */
  end(): void {
    this.#gone.abort();
    this.#response.end();
  }

  /** What follows operation `through`; `undefined` after a wait for it. */
  async #next(through: number): Promise<EventPage | undefined> {
    const { client, tail } = this.#parts;
    const { signal } = this.#gone;
    try {
      const page =
        tail.after(through, EVENTS_AT_A_TIME) ??
        (await client.page({ after: through, limit: this.#settings.pageOperationsMax }, signal));
      if (page.events.length > 0) return page;
      await tail.news(through, signal);
    } catch (error) {
      if (!(error instanceof EventLogUnavailableError)) throw error;
      // The tail has the same trouble, and says so in the log.
      await pauseAfter(PAUSE_ATTEMPT, this.#settings.backoff, signal);
    }
    return undefined;
  }

  async #send({ events }: EventPage): Promise<void> {
    let piece = '';
    let count = 0;
    for (const event of events) {
      if (compareEventPositions(event, this.#position) <= 0) continue;
      const shown = this.#view(event);
      if (shown !== undefined) {
        piece += frameOf(event, shown);
        count += 1;
      }
      this.#position = event;
      if (piece.length < PIECE_LENGTH) continue;
      if (!(await this.#write(piece, count))) return;
      piece = '';
      count = 0;
    }
    if (piece !== '') await this.#write(piece, count);
  }

  /** `false`: nobody reads any more. */
  async #write(piece: string, events: number): Promise<boolean> {
    const isTaken = this.#response.write(piece);
    this.#parts.observer.sent(events);
    if (!isTaken && this.#response.writableLength > this.#settings.bufferMaxBytes) await this.#drained();
    return !this.#gone.signal.aborted;
  }

  /** Waits until the client has read what it was sent, or is gone; if that takes too long, it is cut off. */
  #drained(): Promise<void> {
    const { signal } = this.#gone;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#response.off('drain', done);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#parts.observer.cut();
        this.#response.destroy();
        this.#gone.abort();
      }, this.#settings.stalledAfterMs);
      signal.addEventListener('abort', done);
      this.#response.once('drain', done);
    });
  }
}

/** Failures in a row are counted by the tail; a stream pauses as after some of them. */
const PAUSE_ATTEMPT = 4;

function frameOf({ id, type }: LoggedEvent, json: string): string {
  return `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`;
}
