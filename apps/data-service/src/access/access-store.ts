import { randomUUID } from 'node:crypto';
import type {
  AuditEvent,
  Key,
  KeyChanges,
  KeyChangesQuery,
  StoreKeyRequest,
  StoreRevocationRequest,
  StoreRotationRequest,
} from '@lastro/contract';
import type pg from 'pg';
import { type Deed, noteDeed, selectAuditEvents } from '../audit/audit-trail.ts';
import { type PostgresSettings, sidePool, withAnyConnection } from '../storage/postgres/connections.ts';
import { keyOf, keyRecordOf, type KeyRow } from './access-rows.ts';

/** The keys are changed now and then, and looked at all the time. */
const CONNECTIONS_MAX = 2;
/** Most keys in one answer to a business service that asks what has changed. */
const CHANGES_PER_ANSWER_MAX = 1000;

/** Which change of which ledger something is. */
interface Place {
  readonly change: number;
  readonly mark: string;
}

/**
 * The keys of the bank, and what was done to them, in PostgreSQL. Every change comes with its event or not at all, and
 * changes are serial across any number of data services.
 *
 * After a `StoreUnavailableError` the outcome of a change may be unknown. The same call again is harmless: a digest is of
 * one key, so what was done already is found.
 */
export class AccessStore {
  readonly #pool: pg.Pool;
  readonly #exchangeTimeoutMs: number;
  readonly #changesPerAnswerMax: number;

  constructor(settings: PostgresSettings, changesPerAnswerMax = CHANGES_PER_ANSWER_MAX) {
    this.#pool = sidePool(settings, CONNECTIONS_MAX, 'durable');
    this.#exchangeTimeoutMs = settings.exchangeTimeoutMs;
    this.#changesPerAnswerMax = changesPerAnswerMax;
  }

  /** Adds a key. `exists`: another has the name, or had it. */
  create(request: StoreKeyRequest, acceptedBy: string): Promise<Key | 'exists'> {
    const { name, digest, by, scope, accounts, rateLimitPerSecond, expiresAt } = request;
    const details = { scope, accounts, rateLimitPerSecond, expiresAt };
    return this.#change(async (client, next) => {
      const known = await selectKey(client, name);
      if (known !== undefined) return known.digest.toString('hex') === digest ? keyOf(known) : 'exists';
      const row = await writeKey(
        client,
        `INSERT INTO access_key (name, digest, scope, accounts, rate_limit_per_second, expires_at, created_at, created_by, change)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), $7, $8) RETURNING *`,
        [
          ...[name, Buffer.from(digest, 'hex'), scope, accounts, rateLimitPerSecond],
          ...[expiresAt === undefined ? undefined : new Date(expiresAt), by, next.change],
        ],
      );
      await noteChange(client, next, { action: 'key_created', subject: name, by, acceptedBy, details });
      return keyOf(row);
    });
  }

  /** Puts another key in the place of one, which works on until its overlap is over. */
  rotate(
    name: string,
    request: StoreRotationRequest,
    acceptedBy: string,
  ): Promise<Key | 'unknown' | 'revoked'> {
    const { digest, overlapSeconds, by } = request;
    return this.#change(async (client, next) => {
      const known = await selectKey(client, name);
      if (known === undefined) return 'unknown';
      if (known.revoked_at !== null) return 'revoked';
      if (known.digest.toString('hex') === digest) return keyOf(known);
      const row = await writeKey(
        client,
        `UPDATE access_key
         SET previous_digest = CASE WHEN $3 > 0 THEN digest END,
             previous_until = CASE WHEN $3 > 0 THEN clock_timestamp() + make_interval(secs => $3) END,
             digest = $2, rotated_at = clock_timestamp(), change = $4
         WHERE name = $1 RETURNING *`,
        [name, Buffer.from(digest, 'hex'), overlapSeconds, next.change],
      );
      const details = { overlapSeconds };
      await noteChange(client, next, { action: 'key_rotated', subject: name, by, acceptedBy, details });
      return keyOf(row);
    });
  }

  /** Ends a key, the one before it too. What is revoked already stays as it is. */
  revoke(name: string, { by }: StoreRevocationRequest, acceptedBy: string): Promise<Key | 'unknown'> {
    return this.#change(async (client, next) => {
      const known = await selectKey(client, name);
      if (known === undefined) return 'unknown';
      if (known.revoked_at !== null) return keyOf(known);
      const row = await writeKey(
        client,
        `UPDATE access_key
         SET revoked_at = clock_timestamp(), previous_digest = NULL, previous_until = NULL, change = $2
         WHERE name = $1 RETURNING *`,
        [name, next.change],
      );
      await noteChange(client, next, { action: 'key_revoked', subject: name, by, acceptedBy, details: {} });
      return keyOf(row);
    });
  }

  /** Keys in the order of their names, after `cursor`. */
  list(cursor: string | undefined, limit: number): Promise<Key[]> {
    return this.#run(async (client) => {
      const text = 'SELECT * FROM access_key WHERE name > $1 ORDER BY name LIMIT $2';
      const { rows } = await client.query<KeyRow>(text, [cursor ?? '', limit]);
      return rows.map(keyOf);
    });
  }

  /** What was done to keys and to other things beside the ledger; newest first, from `cursor` on. */
  events(cursor: number | undefined, limit: number): Promise<AuditEvent[]> {
    return this.#run((client) => selectAuditEvents(client, cursor, limit));
  }

  /**
   * The keys that have changed after a place, oldest change first: all of them when the place is not one of this ledger,
   * as after a restore.
   */
  changes(place: KeyChangesQuery): Promise<KeyChanges> {
    return this.#run(async (client) => {
      const head = await selectHead(client);
      // Nearly always nothing has changed, and this was one row.
      if (head.change === place.change && head.mark === place.mark)
        return { ...head, whole: false, more: false, keys: [] };
      const isOurs = place.change > 0 && (await markOf(client, place.change)) === place.mark;
      const { rows } = await client.query<KeyRow>(
        'SELECT * FROM access_key WHERE change > $1 AND change <= $2 ORDER BY change LIMIT $3',
        [isOurs ? place.change : 0, head.change, this.#changesPerAnswerMax + 1],
      );
      const keys = rows.slice(0, this.#changesPerAnswerMax);
      const more = rows.length > keys.length;
      const reached = more ? await placeOf(client, keys.at(-1)!.change) : head;
      return { ...reached, whole: !isOurs, more, keys: keys.map(keyRecordOf) };
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** Runs `decide` under the lock; `next` is the change that it may note. */
  #change<Result>(decide: (client: pg.PoolClient, next: Place) => Promise<Result>): Promise<Result> {
    return this.#run(async (client) => {
      await client.query('BEGIN');
      const { change } = await selectHead(client, 'FOR UPDATE');
      const result = await decide(client, { change: change + 1, mark: randomUUID() });
      await client.query('COMMIT');
      return result;
    });
  }

  /** Everything here may be done twice. */
  #run<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return withAnyConnection(this.#pool, this.#exchangeTimeoutMs, work);
  }
}

async function selectHead(client: pg.PoolClient, lock: '' | 'FOR UPDATE' = ''): Promise<Place> {
  const { rows } = await client.query<Place>(`SELECT change, mark FROM access_head ${lock}`);
  return rows[0]!;
}

async function markOf(client: pg.PoolClient, change: number): Promise<string | undefined> {
  const { rows } = await client.query<Place>('SELECT mark FROM access_change WHERE change = $1', [change]);
  return rows[0]?.mark;
}

async function placeOf(client: pg.PoolClient, change: number): Promise<Place> {
  return { change, mark: (await markOf(client, change))! };
}

async function selectKey(client: pg.PoolClient, name: string): Promise<KeyRow | undefined> {
  const { rows } = await client.query<KeyRow>('SELECT * FROM access_key WHERE name = $1', [name]);
  return rows[0];
}

async function writeKey(client: pg.PoolClient, text: string, values: unknown[]): Promise<KeyRow> {
  const { rows } = await client.query<KeyRow>(text, values);
  return rows[0]!;
}

async function noteChange(client: pg.PoolClient, { change, mark }: Place, deed: Deed): Promise<void> {
  await noteDeed(client, deed);
  await client.query('INSERT INTO access_change (change, mark) VALUES ($1, $2)', [change, mark]);
  await client.query('UPDATE access_head SET change = $1, mark = $2', [change, mark]);
}
