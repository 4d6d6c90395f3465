import type { Key, KeyRecord, Scope } from '@lastro/contract';

/** A row of `access_key`. Instants are RFC 3339, UTC. */
export interface KeyRow {
  readonly name: string;
  readonly digest: Buffer;
  readonly previous_digest: Buffer | null;
  readonly previous_until: string | null;
  readonly scope: Scope;
  readonly accounts: string[] | null;
  readonly rate_limit_per_second: number | null;
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly rotated_at: string | null;
  readonly revoked_at: string | null;
  readonly change: number;
}

function settingsOf(row: KeyRow) {
  return {
    name: row.name,
    scope: row.scope,
    ...(row.accounts === null ? {} : { accounts: row.accounts }),
    ...(row.rate_limit_per_second === null ? {} : { rateLimitPerSecond: row.rate_limit_per_second }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
  };
}

/** A key as people may see it. */
export function keyOf(row: KeyRow): Key {
  return {
    ...settingsOf(row),
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.rotated_at === null ? {} : { rotatedAt: row.rotated_at }),
    ...(row.previous_until === null ? {} : { previousKeyUntil: row.previous_until }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}

/** A key as business services have to know it. */
export function keyRecordOf(row: KeyRow): KeyRecord {
  const { previous_digest: previous, previous_until: until } = row;
  return {
    ...settingsOf(row),
    revoked: row.revoked_at !== null,
    digest: row.digest.toString('hex'),
    ...(previous === null || until === null ? {} : { previous: { digest: previous.toString('hex'), until } }),
  };
}
