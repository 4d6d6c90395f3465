import { setTimeout as sleep } from 'node:timers/promises';
import { compareEventPositions, EVENT_INDEX_MAX, type EventPosition } from '@lastro/contract';
import { type Logger, ProblemError } from '@lastro/service';
import type { EventLog } from '../events/event-log.ts';
import type { LogEvent } from '../events/log-event.ts';
import { StoreUnavailableError } from '../storage/store.ts';
import type { Slots } from './slots.ts';
import type { Sent, WebhookSender } from './webhook-sender.ts';
import type { RequestedLetter, Webhook, WebhookStore } from './webhook-store.ts';

export interface DeliveryLimits {
  /** How often one event is tried, and for how long, before it goes to the dead-letter list. */
  readonly attemptsMax: number;
  readonly eventAgeMaxMs: number;
  /** Pause before the second attempt; doubles with each, up to the other, with jitter. */
  readonly retryDelayMinMs: number;
  readonly retryDelayMaxMs: number;
  /** A webhook that has failed for so long, without a success in between, is disabled. */
  readonly disableAfterMs: number;
  /** And one with so many dead letters. */
  readonly deadLettersMax: number;
}

export interface DeliveryObserver {
  delivered(): void;
  failed(): void;
  buried(): void;
}

export interface DeliveryParts {
  readonly owner: string;
  readonly store: WebhookStore;
  readonly log: EventLog;
  readonly sender: WebhookSender;
  readonly slots: Slots;
  readonly limits: DeliveryLimits;
  readonly observer: DeliveryObserver;
  readonly logger: Logger;
}

const PAGE_OPERATIONS = 100;
const WAIT_MS = 30_000;
/** Pause after the database, or the log of events, was not there. */
const PAUSE_MS = 500;

/**
 * Delivers to one webhook: one event after the other, the next only when the one before is taken or given up. Runs as long
 * as the lease does; what it has not noted when it ends is delivered once more by whoever comes next.
 */
export class WebhookDelivery {
  readonly webhook: Webhook;
  readonly #parts: DeliveryParts;
  readonly #ending = new AbortController();
  /** Ends requests that are under way, too. */
  readonly #cutting = new AbortController();
  #nudge = new AbortController();
  #hasRetries: boolean;
  #position: EventPosition;
  #attempts: number;
  #nextAttemptAtMs: number;
  readonly #ended: Promise<void>;

  constructor(webhook: Webhook, parts: DeliveryParts) {
    this.webhook = webhook;
    this.#parts = parts;
    this.#hasRetries = webhook.hasRetries;
    this.#position = webhook.position;
    this.#attempts = webhook.attempts;
    this.#nextAttemptAtMs = performance.now() + webhook.nextAttemptInMs;
    this.#ended = this.#run();
  }

  /** Sequence of the newest event that is done with. */
  get sequence(): number {
    return this.#position.sequence;
  }

  /** Somebody has asked for dead letters to be sent again. */
  retryLetters(): void {
    this.#hasRetries = true;
    this.#nudge.abort();
  }

  /** Ends between two requests; one that is under way has `graceMs` left. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    this.#nudge.abort();
    const timer = setTimeout(() => this.#cutting.abort(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** It has lost the webhook, and does nothing any more. */
  get hasEnded(): boolean {
    return this.#isEnding;
  }

  get #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      this.#nudge = new AbortController();
      try {
        if (this.#hasRetries) await this.#deliverLetters();
        else await this.#deliverPage();
      } catch (error) {
        const isPassing = error instanceof StoreUnavailableError || error instanceof ProblemError;
        if (!isPassing)
          this.#parts.logger.error({ err: error, webhook: this.webhook.id }, 'a delivery has failed');
        await this.#pause(PAUSE_MS);
      }
    }
  }

  async #deliverPage(): Promise<void> {
    const { sequence, index } = this.#position;
    const after = index === EVENT_INDEX_MAX ? sequence : Math.max(0, sequence - 1);
    const page = await this.#parts.log.follow(
      { after, limit: PAGE_OPERATIONS },
      { waitMs: WAIT_MS, signal: this.#nudge.signal },
    );
    let noted = this.#position;
    for (const event of page.events) {
      if (compareEventPositions(event, this.#position) <= 0) continue;
      if (this.#wants(event)) {
        if (!(await this.#deliver(event))) return;
        noted = event;
      }
      this.#position = event;
    }
    if (compareEventPositions(this.#position, noted) > 0) await this.#noteDone(this.#position, false);
    // All of these operations is done with.
    this.#position = { sequence: Math.max(page.through, sequence), index: EVENT_INDEX_MAX };
  }

  #wants(event: LogEvent): boolean {
    const { types, accounts } = this.webhook;
    return (
      (types === undefined || types.includes(event.type)) &&
      (accounts === undefined || event.accounts.some((id) => accounts.includes(id)))
    );
  }

  /** Tries until the event is taken or given up. `false`: neither, because the delivery ends or has something else to do. */
  async #deliver(event: LogEvent): Promise<boolean> {
    for (;;) {
      await this.#pause(this.#nextAttemptAtMs - performance.now());
      if (this.#isEnding || this.#nudge.signal.aborted) return false;
      const sent = await this.#send(event);
      if (sent.kind === 'delivered') {
        this.#attempts = 0;
        return this.#noteDone(event, true);
      }
      if (this.#cutting.signal.aborted) return false;
      const outcome = await this.#noteFailure(event, sent);
      if (outcome !== 'again') return outcome === 'buried';
    }
  }

  #send(event: LogEvent): Promise<Sent> {
    const { slots, sender, observer } = this.#parts;
    return slots.run(async () => {
      const sent = await sender.send(this.webhook, event, this.#cutting.signal);
      observer[sent.kind]();
      return sent;
    });
  }

  async #noteFailure(
    event: LogEvent,
    { error, gone }: Extract<Sent, { kind: 'failed' }>,
  ): Promise<'again' | 'buried' | 'ended'> {
    const { owner, store, limits, observer, logger } = this.#parts;
    const { webhook } = this;
    const bound = Math.min(
      limits.retryDelayMaxMs,
      limits.retryDelayMinMs * 2 ** Math.min(this.#attempts, 30),
    );
    const nextAttemptInMs = Math.ceil(bound * (0.5 + Math.random() / 2));
    const record = await this.#surely(() => store.noteFailure(owner, webhook, { error, nextAttemptInMs }));
    if (record === undefined) return this.#lost();
    const { attempts, eventFailingMs, webhookFailingMs } = record;
    logger.warn({ webhook: webhook.id, event: event.sequence, attempts, error }, 'a webhook has failed');
    if (gone) return this.#disable('The endpoint has answered 410: it is gone.');
    if (webhookFailingMs >= limits.disableAfterMs)
      return this.#disable(`It has failed for ${Math.round(webhookFailingMs / 3_600_000)} hours: ${error}.`);
    this.#attempts = attempts;
    this.#nextAttemptAtMs = performance.now() + nextAttemptInMs;
    if (attempts < limits.attemptsMax && eventFailingMs < limits.eventAgeMaxMs) return 'again';
    const letters = await this.#surely(() => store.bury(owner, webhook, { ...event, error }));
    if (letters === undefined) return this.#lost();
    observer.buried();
    this.#attempts = 0;
    this.#nextAttemptAtMs = 0;
    if (letters >= limits.deadLettersMax) return this.#disable(`It has ${letters} dead letters.`);
    return 'buried';
  }

  /** Nothing is lost: it goes on from where it is once it is enabled. */
  async #disable(reason: string): Promise<'ended'> {
    const { owner, store, logger } = this.#parts;
    logger.warn({ webhook: this.webhook.id, reason }, 'a webhook is disabled');
    await this.#surely(() => store.disable(owner, this.webhook, reason));
    return this.#lost();
  }

  /** Sends what is asked for of the dead-letter list, each once. */
  async #deliverLetters(): Promise<void> {
    const { store } = this.#parts;
    this.#hasRetries = false;
    for (;;) {
      const letter = await store.requestedLetter(this.webhook);
      if (letter === undefined || this.#isEnding) return;
      const sent = await this.#sendLetter(letter);
      if (this.#cutting.signal.aborted && sent.kind === 'failed') return;
      if (sent.kind === 'delivered') await this.#surely(() => store.letterDelivered(this.webhook, letter));
      else await this.#surely(() => store.letterFailed(this.webhook, letter, sent.error));
    }
  }

  async #sendLetter(letter: RequestedLetter): Promise<Sent> {
    const { events } = await this.#parts.log.read({ after: letter.sequence - 1, limit: 1 });
    const event = events.find((each) => compareEventPositions(each, letter) === 0);
    if (event === undefined) return { kind: 'failed', error: 'the ledger has no such event', gone: false };
    return this.#send(event);
  }

  async #noteDone(position: EventPosition, delivered: boolean): Promise<boolean> {
    const { owner, store } = this.#parts;
    const isOurs = await this.#surely(() => store.advance(owner, this.webhook, position, delivered));
    if (isOurs !== true) this.#lost();
    return isOurs === true;
  }

  /** The webhook is somebody else's now, or is not what it was: whoever has the lease begins anew. */
  #lost(): 'ended' {
    this.#ending.abort();
    return 'ended';
  }

  /** What has happened out there must be noted, so it is tried until it is; `undefined` when the delivery is cut off. */
  async #surely<Result>(write: () => Promise<Result>): Promise<Result | undefined> {
    while (!this.#cutting.signal.aborted) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        await sleep(PAUSE_MS, undefined, { signal: this.#cutting.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** Waits; less when the delivery ends, or has something else to do. */
  async #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#isEnding) return;
    await sleep(ms, undefined, { signal: this.#nudge.signal }).catch(() => undefined);
  }
}
