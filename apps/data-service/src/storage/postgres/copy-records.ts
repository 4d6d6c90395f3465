import { finished } from 'node:stream/promises';
import { RECORD_FIELDS } from '@lastro/ledger';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** The signature, flags and extension length that open a binary COPY (manual, "COPY", binary format). */
const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_TRAILER = Buffer.from([0xff, 0xff]);
const COPY_SQL = `COPY operation (${RECORD_FIELDS.join(', ')}) FROM STDIN (FORMAT binary)`;

/** Writes canonical records into the operation table as they are: their form is that of a binary COPY. */
export async function copyRecords(client: pg.PoolClient, records: Buffer): Promise<void> {
  const stream = client.query(copyFrom(COPY_SQL));
  stream.write(COPY_HEADER);
  stream.write(records);
  stream.end(COPY_TRAILER);
  await finished(stream);
}
