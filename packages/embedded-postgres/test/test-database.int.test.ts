import { createTestDatabase } from '@lastro/embedded-postgres/testing';
import pg from 'pg';
import { expect, test } from 'vitest';

test('a test database is empty, its own, and gone after drop, even with a connection open', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new pg.Client({ connectionString: one.url });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('CREATE TABLE only_here ()');
  const { rows } = await client.query<{ count: string }>(
    "SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'",
  );
  expect(rows[0]?.count).toBe('1');
  expect(other.url).not.toBe(one.url);

  await one.drop();
  await other.drop();

  await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toMatchObject({
    code: '3D000',
  });
});
