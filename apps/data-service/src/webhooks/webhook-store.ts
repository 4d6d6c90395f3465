import type { EventPosition, EventType } from '@lastro/contract';

/** A webhook that this data service delivers for, as it was when the lease was taken. */
export interface Webhook {
  readonly number: number;
  readonly id: string;
  readonly url: string;
  /** `undefined`: all. */
  readonly types: readonly string[] | undefined;
  readonly accounts: readonly string[] | undefined;
  readonly secret: string;
  readonly previousSecret: { readonly secret: string; readonly untilMs: number } | undefined;
  /** The newest event that is done with. */
  readonly position: EventPosition;
  /** How often the event after that was tried in vain. */
  readonly attempts: number;
  /** When it may be tried again, from now. */
  readonly nextAttemptInMs: number;
  /** Another whenever somebody has moved or changed the webhook. */
  readonly generation: number;
  /** Whether somebody has asked for dead letters to be sent again. */
  readonly hasRetries: boolean;
}

/** What is known after one more failure of the next event. */
export interface FailureRecord {
  readonly attempts: number;
  /** Since the first attempt at this event. */
  readonly eventFailingMs: number;
  /** Since the first failure after the newest success. */
  readonly webhookFailingMs: number;
}

export interface RequestedLetter extends EventPosition {
  readonly type: EventType;
}

/**
 * What a data service writes while it delivers: each method for one webhook writes only while the lease is still this owner's
 * and the generation is the one it knows, and says otherwise. Every method throws StoreUnavailableError.
 */
export interface WebhookStore {
  /** Renews the leases of `owner` and takes those that are free or were left; all that it has then. */
  lease(owner: string, leaseMs: number): Promise<readonly Webhook[]>;
  /** Gives all leases back. */
  release(owner: string): Promise<void>;
  /** Everything up to `position` is done with. `delivered`: the endpoint has taken the last of it. */
  advance(owner: string, webhook: Webhook, position: EventPosition, delivered: boolean): Promise<boolean>;
  /** The next event has failed once more; it is tried again in `nextAttemptInMs`. */
  noteFailure(
    owner: string,
    webhook: Webhook,
    failure: { readonly error: string; readonly nextAttemptInMs: number },
  ): Promise<FailureRecord | undefined>;
  /** The next event goes to the dead-letter list. How many are there now; `undefined`: not the owner. */
  bury(
    owner: string,
    webhook: Webhook,
    letter: RequestedLetter & { readonly error: string },
  ): Promise<number | undefined>;
  disable(owner: string, webhook: Webhook, reason: string): Promise<void>;
  requestedLetter(webhook: Webhook): Promise<RequestedLetter | undefined>;
  letterDelivered(webhook: Webhook, letter: EventPosition): Promise<void>;
  letterFailed(webhook: Webhook, letter: EventPosition, error: string): Promise<void>;
}
