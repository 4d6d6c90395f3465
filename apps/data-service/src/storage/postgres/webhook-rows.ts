import {
  type CreatedWebhook,
  EVENT_INDEX_MAX,
  eventIdOf,
  type EventPosition,
  type SubmittedWebhook,
  type Webhook,
  type WebhookDeadLetter,
} from '@lastro/contract';
import type pg from 'pg';
import { type Author, changeNoted } from '../../audit/audit-trail.ts';

interface Row {
  readonly id: string;
  readonly url: string;
  readonly types: Webhook['events'] | null;
  readonly accounts: string[] | null;
  readonly secret: string;
  readonly created_at: string;
  readonly disabled_reason: string | null;
  readonly sequence: number;
  readonly event_index: number;
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_error: string | null;
  readonly failing_since: string | null;
  readonly dead_letters: number;
}

const COLUMNS = `w.*, (SELECT count(*) FROM webhook_dead_letter l WHERE l.webhook = w.number) AS dead_letters`;

/** Adds a webhook, or finds the one that was added under this id. `undefined`: there are `countMax` of them. */
export async function insertWebhook(
  client: pg.PoolClient,
  { id, url, events, accounts, secret, after }: SubmittedWebhook,
  countMax: number,
  author: Author,
): Promise<CreatedWebhook | undefined> {
  const known = await find(client, id);
  if (known !== undefined) return { ...webhookOf(known), secret: known.secret };
  const { rows } = await client.query<{ count: number }>('SELECT count(*) AS count FROM webhook');
  if (rows[0]!.count >= countMax) return undefined;
  const text = `
    INSERT INTO webhook (id, url, types, accounts, secret, sequence, event_index)
    SELECT $1, $2, $3, $4, $5, coalesce($6, h.sequence), CASE WHEN $6::bigint IS NULL THEN $7::integer ELSE 0 END
    FROM ledger_head h ON CONFLICT (id) DO NOTHING RETURNING id`;
  const values = [id, url, events ?? null, accounts ?? null, secret, after ?? null, EVENT_INDEX_MAX];
  const details = { origin: new URL(url).origin, events, accounts, after };
  await changeNoted(client, { text, values }, { action: 'webhook_created', subject: id, details, ...author });
  const row = (await find(client, id))!;
  return { ...webhookOf(row), secret: row.secret };
}

export async function selectWebhook(client: pg.PoolClient, id: string): Promise<Webhook | undefined> {
  const row = await find(client, id);
  return row && webhookOf(row);
}

export async function selectWebhooks(client: pg.PoolClient): Promise<Webhook[]> {
  const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM webhook w ORDER BY w.number`);
  return rows.map(webhookOf);
}

async function find(client: pg.PoolClient, id: string): Promise<Row | undefined> {
  const { rows } = await client.query<Row>(`SELECT ${COLUMNS} FROM webhook w WHERE w.id = $1`, [id]);
  return rows[0];
}

/** `false`, here and below: there is no such webhook. */
export async function deleteWebhook(client: pg.PoolClient, id: string, author: Author): Promise<boolean> {
  const change = { text: 'DELETE FROM webhook WHERE id = $1 RETURNING id', values: [id] };
  return wasThere(await changeNoted(client, change, { action: 'webhook_deleted', subject: id, ...author }));
}

/** Sets its position back, or forward: it goes on with the operation after `sequence`, and with no failures to its name. */
export async function moveWebhook(
  client: pg.PoolClient,
  id: string,
  sequence: number,
  author: Author,
): Promise<boolean> {
  const text = `
    UPDATE webhook SET sequence = $2, event_index = 0, attempts = 0, first_attempt_at = NULL, next_attempt_at = NULL,
      generation = generation + 1
    WHERE id = $1 RETURNING id`;
  const deed = { action: 'webhook_moved', subject: id, details: { after: sequence }, ...author } as const;
  return wasThere(await changeNoted(client, { text, values: [id, sequence] }, deed));
}

export async function enableWebhook(client: pg.PoolClient, id: string, author: Author): Promise<boolean> {
  const text = `
    UPDATE webhook SET disabled_reason = NULL, attempts = 0, first_attempt_at = NULL, next_attempt_at = NULL,
      failing_since = NULL, last_error = NULL, generation = generation + 1
    WHERE id = $1 RETURNING id`;
  const deed = { action: 'webhook_enabled', subject: id, ...author } as const;
  return wasThere(await changeNoted(client, { text, values: [id] }, deed));
}

/**
 * Gives it another secret; the one before counts for `overlapMs` more. Sent twice, it is done once.
 *
 * @returns until when the one before counts.
 */
export async function rotateSecret(
  client: pg.PoolClient,
  { id, secret, overlapMs }: { readonly id: string; readonly secret: string; readonly overlapMs: number },
  author: Author,
): Promise<string | undefined> {
  const text = `
    UPDATE webhook SET previous_secret = secret, previous_secret_until = now() + $3 * interval '1 millisecond',
      secret = $2, generation = generation + 1
    WHERE id = $1 AND secret <> $2 RETURNING id`;
  const deed = { action: 'webhook_secret_rotated', subject: id, ...author } as const;
  await changeNoted(client, { text, values: [id, secret, overlapMs] }, deed);
  const { rows } = await client.query<{ until: string }>(
    'SELECT previous_secret_until AS until FROM webhook WHERE id = $1',
    [id],
  );
  return rows[0]?.until;
}

interface LetterRow {
  readonly sequence: number;
  readonly event_index: number;
  readonly type: WebhookDeadLetter['type'];
  readonly attempts: number;
  readonly failed_at: string;
  readonly error: string;
  readonly retry: boolean;
}

/** The letters after `position`; `undefined`: no such webhook. */
export async function selectLetters(
  client: pg.PoolClient,
  query: { readonly id: string; readonly after: EventPosition; readonly limit: number },
): Promise<WebhookDeadLetter[] | undefined> {
  if ((await find(client, query.id)) === undefined) return undefined;
  const { rows } = await client.query<LetterRow>(
    `SELECT l.* FROM webhook_dead_letter l JOIN webhook w ON w.number = l.webhook
     WHERE w.id = $1 AND (l.sequence, l.event_index) > ($2, $3) ORDER BY l.sequence, l.event_index LIMIT $4`,
    [query.id, query.after.sequence, query.after.index, query.limit],
  );
  return rows.map((row) => ({
    event: eventIdOf({ sequence: row.sequence, index: row.event_index }),
    type: row.type,
    attempts: row.attempts,
    failedAt: row.failed_at,
    error: row.error,
    retrying: row.retry,
  }));
}

/** Asks for a letter to be sent once more, by whoever delivers. */
export async function requestLetter(
  client: pg.PoolClient,
  id: string,
  position: EventPosition,
  author: Author,
): Promise<boolean> {
  const text = `
    UPDATE webhook_dead_letter l SET retry = true FROM webhook w
    WHERE w.number = l.webhook AND w.id = $1 AND l.sequence = $2 AND l.event_index = $3
    RETURNING w.id`;
  const values = [id, position.sequence, position.index];
  const details = { retried: eventIdOf(position) };
  const deed = { action: 'webhook_event_retried', subject: id, details, ...author } as const;
  return wasThere(await changeNoted(client, { text, values }, deed));
}

function wasThere(row: unknown): boolean {
  return row !== undefined;
}

function webhookOf(row: Row): Webhook {
  const { sequence, event_index: index } = row;
  return {
    id: row.id,
    url: row.url,
    ...(row.types === null ? {} : { events: row.types! }),
    ...(row.accounts === null ? {} : { accounts: row.accounts }),
    status: row.disabled_reason === null ? 'enabled' : 'disabled',
    ...(row.disabled_reason === null ? {} : { disabledReason: row.disabled_reason }),
    position: index === EVENT_INDEX_MAX ? String(sequence) : eventIdOf({ sequence, index }),
    attempts: row.attempts,
    ...(row.next_attempt_at === null ? {} : { nextAttemptAt: row.next_attempt_at }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
    ...(row.failing_since === null ? {} : { failingSince: row.failing_since }),
    deadLetters: row.dead_letters,
    createdAt: row.created_at,
  };
}
