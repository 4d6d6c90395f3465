import type { EventPosition, EventType } from '@lastro/contract';
import type pg from 'pg';
import type { FailureRecord, RequestedLetter, Webhook, WebhookStore } from '../../webhooks/webhook-store.ts';
import { type PostgresSettings, sidePool, withConnection } from './connections.ts';

interface LeaseRow {
  readonly number: number;
  readonly id: string;
  readonly url: string;
  readonly types: string[] | null;
  readonly accounts: string[] | null;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_ms: number | null;
  readonly sequence: number;
  readonly event_index: number;
  readonly attempts: number;
  readonly next_attempt_ms: number | null;
  readonly generation: number;
  readonly has_retries: boolean;
}

const LEASE_COLUMNS = `
  w.number, w.id, w.url, w.types, w.accounts, w.secret, w.previous_secret, w.sequence, w.event_index, w.attempts, w.generation,
  (extract(epoch FROM w.previous_secret_until - now()) * 1000)::float8 AS previous_ms,
  (extract(epoch FROM w.next_attempt_at - now()) * 1000)::float8 AS next_attempt_ms,
  EXISTS (SELECT FROM webhook_dead_letter l WHERE l.webhook = w.number AND l.retry) AS has_retries`;

const EXTENDED = "lease_until = now() + $2 * interval '1 millisecond'";
/** Whoever writes has the lease, and knows the webhook as it is. */
const OURS = 'number = $1 AND lease_owner = $2 AND generation = $3';
const NO_FAILURES = 'attempts = 0, first_attempt_at = NULL, next_attempt_at = NULL';

/** Most connections for what is noted of deliveries. */
const CONNECTIONS_MAX = 2;

/**
 * Deliveries in PostgreSQL. What is noted may be lost in a crash of the server: then an event is delivered once more, which
 * it may be anyway, and no commit of money waits for a disk because of it.
 */
export class PostgresWebhookStore implements WebhookStore {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;

  constructor(settings: PostgresSettings) {
    this.#pool = sidePool(settings, CONNECTIONS_MAX, 'lazy');
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
  }

  async lease(owner: string, leaseMs: number): Promise<readonly Webhook[]> {
    // Those that it has are waited for, should one of them be written just now; of the others, those that are free now.
    const renewed = await this.#query<LeaseRow>(
      `UPDATE webhook w SET ${EXTENDED} WHERE lease_owner = $1 AND disabled_reason IS NULL RETURNING ${LEASE_COLUMNS}`,
      [owner, leaseMs],
    );
    const taken = await this.#query<LeaseRow>(
      `UPDATE webhook w SET lease_owner = $1, ${EXTENDED} WHERE number IN (
         SELECT number FROM webhook
         WHERE disabled_reason IS NULL AND lease_owner IS DISTINCT FROM $1 AND (lease_until IS NULL OR lease_until < now())
         FOR UPDATE SKIP LOCKED)
       RETURNING ${LEASE_COLUMNS}`,
      [owner, leaseMs],
    );
    return [...renewed, ...taken].map(webhookOf);
  }

  async release(owner: string): Promise<void> {
    await this.#query('UPDATE webhook SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1', [
      owner,
    ]);
  }

  async advance(
    owner: string,
    { number, generation }: Webhook,
    { sequence, index }: EventPosition,
    delivered: boolean,
  ): Promise<boolean> {
    const rows = await this.#query(
      `UPDATE webhook SET sequence = $4, event_index = $5, ${NO_FAILURES},
         failing_since = CASE WHEN $6 THEN NULL ELSE failing_since END,
         last_error = CASE WHEN $6 THEN NULL ELSE last_error END
       WHERE ${OURS} RETURNING 1`,
      [number, owner, generation, sequence, index, delivered],
    );
    return rows.length === 1;
  }

  async noteFailure(
    owner: string,
    { number, generation }: Webhook,
    { error, nextAttemptInMs }: { readonly error: string; readonly nextAttemptInMs: number },
  ): Promise<FailureRecord | undefined> {
    const [row] = await this.#query<FailureRecord & pg.QueryResultRow>(
      `UPDATE webhook SET attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, now()),
         failing_since = coalesce(failing_since, now()), last_error = $4,
         next_attempt_at = now() + $5 * interval '1 millisecond'
       WHERE ${OURS}
       RETURNING attempts, (extract(epoch FROM now() - first_attempt_at) * 1000)::float8 AS "eventFailingMs",
         (extract(epoch FROM now() - failing_since) * 1000)::float8 AS "webhookFailingMs"`,
      [number, owner, generation, error, nextAttemptInMs],
    );
    return row;
  }

  async bury(
    owner: string,
    { number, generation }: Webhook,
    { sequence, index, type, error }: RequestedLetter & { readonly error: string },
  ): Promise<number | undefined> {
    const [row] = await this.#query<{ count: number }>(
      `WITH before AS (
         SELECT number, attempts FROM webhook WHERE ${OURS} FOR UPDATE
       ), moved AS (
         UPDATE webhook w SET sequence = $4, event_index = $5, ${NO_FAILURES}
         FROM before b WHERE w.number = b.number RETURNING b.number, b.attempts
       ), letter AS (
         INSERT INTO webhook_dead_letter (webhook, sequence, event_index, type, attempts, error)
         SELECT number, $4, $5, $6, attempts, $7 FROM moved
         ON CONFLICT (webhook, sequence, event_index) DO UPDATE
           SET attempts = webhook_dead_letter.attempts + excluded.attempts, failed_at = now(), error = excluded.error
         RETURNING 1
       )
       SELECT (SELECT count(*) FROM webhook_dead_letter WHERE webhook = $1) + 1 AS count FROM letter`,
      [number, owner, generation, sequence, index, type, error],
    );
    return row?.count;
  }

  async disable(owner: string, { number, generation }: Webhook, reason: string): Promise<void> {
    await this.#query(
      `UPDATE webhook SET disabled_reason = $4, generation = generation + 1, lease_owner = NULL, lease_until = NULL
       WHERE ${OURS}`,
      [number, owner, generation, reason],
    );
  }

  async requestedLetter({ number }: Webhook): Promise<RequestedLetter | undefined> {
    const [row] = await this.#query<{ sequence: number; event_index: number; type: EventType }>(
      `SELECT sequence, event_index, type FROM webhook_dead_letter WHERE webhook = $1 AND retry
       ORDER BY sequence, event_index LIMIT 1`,
      [number],
    );
    return row && { sequence: row.sequence, index: row.event_index, type: row.type };
  }

  async letterDelivered({ number }: Webhook, { sequence, index }: EventPosition): Promise<void> {
    await this.#query(
      'DELETE FROM webhook_dead_letter WHERE webhook = $1 AND sequence = $2 AND event_index = $3',
      [number, sequence, index],
    );
  }

  async letterFailed({ number }: Webhook, { sequence, index }: EventPosition, error: string): Promise<void> {
    await this.#query(
      `UPDATE webhook_dead_letter SET retry = false, attempts = attempts + 1, failed_at = now(), error = $4
       WHERE webhook = $1 AND sequence = $2 AND event_index = $3`,
      [number, sequence, index, error],
    );
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return withConnection(this.#pool, this.#exchangeTimeoutMs, async (client) => {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    });
  }
}

function webhookOf(row: LeaseRow): Webhook {
  const { previous_secret: previous, previous_ms: previousMs } = row;
  return {
    number: row.number,
    id: row.id,
    url: row.url,
    types: row.types ?? undefined,
    accounts: row.accounts ?? undefined,
    secret: row.secret,
    previousSecret:
      previous === null ? undefined : { secret: previous, untilMs: Date.now() + (previousMs ?? 0) },
    position: { sequence: row.sequence, index: row.event_index },
    attempts: row.attempts,
    nextAttemptInMs: Math.max(0, row.next_attempt_ms ?? 0),
    generation: row.generation,
    hasRetries: row.has_retries,
  };
}
