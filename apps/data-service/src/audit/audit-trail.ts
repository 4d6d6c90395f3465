import type { AuditEvent } from '@lastro/contract';
import type pg from 'pg';

/** Who asks for a change, and the business service that was asked. */
export interface Author {
  readonly by: string;
  readonly acceptedBy: string;
}

/** One change, to be noted. */
export interface Deed extends Author {
  readonly action: AuditEvent['action'];
  /** The name of the key, or the id of what was changed. */
  readonly subject: string;
  /** Fields of AuditEvent, and never a secret; those that are undefined are left out. */
  readonly details?: object;
}

/** Notes what is done in the transaction of `client`. */
export async function noteDeed(client: pg.PoolClient, deed: Deed): Promise<void> {
  await client.query('SELECT note_deed($1, $2, $3, $4, $5)', valuesOf(deed));
}

/**
 * Makes a change and notes it, in one statement: both or none. `text` changes one row at most, and returns it; when there
 * was none to change, nothing is noted.
 */
export async function changeNoted<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  { text, values }: { readonly text: string; readonly values: readonly unknown[] },
  deed: Deed,
): Promise<Row | undefined> {
  const [action, subject, by, acceptedBy, details] = [1, 2, 3, 4, 5].map(
    (place) => `$${values.length + place}`,
  );
  const { rows } = await client.query<Row>(
    `WITH changed AS (${text}), noted AS MATERIALIZED (
       SELECT note_deed(${action}, ${subject}, ${by}, ${acceptedBy}, ${details}) FROM changed
     )
     SELECT changed.* FROM changed, noted`,
    [...values, ...valuesOf(deed)],
  );
  return rows[0];
}

function valuesOf({ action, subject, by, acceptedBy, details = {} }: Deed): unknown[] {
  return [action, subject, by, acceptedBy, JSON.stringify(details)];
}

/** A row of `audit_event`. Instants are RFC 3339, UTC. */
interface EventRow {
  readonly event: number;
  readonly at: string;
  readonly action: AuditEvent['action'];
  readonly subject: string;
  readonly by: string;
  readonly accepted_by: string;
  readonly details: object;
}

/** What was done, newest first, from the event `cursor` on. */
export async function selectAuditEvents(
  client: pg.PoolClient,
  cursor: number | undefined,
  limit: number,
): Promise<AuditEvent[]> {
  const { rows } = await client.query<EventRow>(
    'SELECT * FROM audit_event WHERE event <= $1 ORDER BY event DESC LIMIT $2',
    [cursor ?? Number.MAX_SAFE_INTEGER, limit],
  );
  return rows.map(auditEventOf);
}

/** The first word of an action says what it was done to. */
function auditEventOf({ event, at, action, subject, by, accepted_by, details }: EventRow): AuditEvent {
  const [kind] = action.split('_') as [string];
  return { event, at, action, [kind]: subject, by, acceptedBy: accepted_by, ...details };
}
