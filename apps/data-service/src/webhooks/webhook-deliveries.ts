import { randomUUID } from 'node:crypto';
import type { Logger } from '@lastro/service';
import { StoreUnavailableError } from '../storage/store.ts';
import { type DeliveryParts, WebhookDelivery } from './webhook-delivery.ts';
import type { Webhook } from './webhook-store.ts';

export interface WebhookDeliveriesSettings {
  /** How long a webhook stays with a data service that is not heard of. */
  readonly leaseMs: number;
}

/** How often a lease is renewed within its time. */
const RENEWALS_PER_LEASE = 3;
/** When the service stops: how long a request under way may still take. */
const STOP_GRACE_MS = 3_000;

/**
 * The webhooks that this data service delivers for. Of several data services each webhook is with one, by a lease in the
 * database; when one dies, its leases run out and another takes them.
 */
export class WebhookDeliveries {
  readonly #owner = randomUUID();
  readonly #parts: Omit<DeliveryParts, 'owner'>;
  readonly #settings: WebhookDeliveriesSettings;
  readonly #logger: Logger;
  readonly #deliveries = new Map<number, WebhookDelivery>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #leasedAtMs = 0;
  #stopping = false;

  constructor(parts: Omit<DeliveryParts, 'owner'>, settings: WebhookDeliveriesSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#logger = parts.logger;
  }

  /** Those that are under way. */
  get all(): readonly WebhookDelivery[] {
    return [...this.#deliveries.values()];
  }

  start(): void {
    this.lookSoon();
    this.#timer = setInterval(() => this.lookSoon(), this.#settings.leaseMs / RENEWALS_PER_LEASE);
  }

  /** Something was changed: do not wait for the next look. */
  lookSoon(): void {
    if (this.#stopping) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) {
        this.#lookAgain = false;
        this.lookSoon();
      }
    });
  }

  /** Ends all deliveries and gives the leases back, so that another data service goes on at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.all.map((delivery) => delivery.stop(STOP_GRACE_MS)));
    this.#deliveries.clear();
    await this.#parts.store.release(this.#owner).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) throw error;
    });
  }

  async #look(): Promise<void> {
    const { leaseMs } = this.#settings;
    const askedAtMs = performance.now();
    try {
      const leased = await this.#parts.store.lease(this.#owner, leaseMs);
      this.#leasedAtMs = askedAtMs;
      await this.#follow(leased);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError))
        this.#logger.error({ err: error }, 'webhooks cannot be leased');
      // Another data service may have them by now.
      if (performance.now() - this.#leasedAtMs >= leaseMs) await this.#follow([]);
    }
  }

  async #follow(leased: readonly Webhook[]): Promise<void> {
    const byNumber = new Map(leased.map((webhook) => [webhook.number, webhook]));
    const ending = this.all.filter(
      ({ webhook }) => byNumber.get(webhook.number)?.generation !== webhook.generation,
    );
    for (const { webhook } of ending) this.#deliveries.delete(webhook.number);
    await Promise.all(ending.map((delivery) => delivery.stop(STOP_GRACE_MS)));
    for (const webhook of leased) {
      const known = this.#deliveries.get(webhook.number);
      if (known === undefined || known.hasEnded)
        this.#deliveries.set(
          webhook.number,
          new WebhookDelivery(webhook, { ...this.#parts, owner: this.#owner }),
        );
      else if (webhook.hasRetries) known.retryLetters();
    }
  }
}
