import type { GrantedAccounts } from '@lastro/contract';
import type pg from 'pg';

/** Which of them: `limit` at most, in the order of their ids, after `cursor`, with ids that begin with `prefix`. */
interface GrantedPage {
  readonly cursor?: string | undefined;
  readonly prefix?: string | undefined;
  readonly limit: number;
}

/** The accounts among `granted` that are there. Every part goes along the index of ids, and no further than `limit`. */
export async function grantedNumbers(
  client: pg.PoolClient,
  granted: GrantedAccounts,
  { cursor = '', prefix = '', limit }: GrantedPage,
): Promise<{ readonly numbers: readonly number[]; readonly lastId: string | undefined }> {
  const { ids, beginnings } = within(granted, prefix);
  const text = `
    SELECT number, id FROM account WHERE id = ANY($1::text[]) AND id > $3
    UNION
    SELECT a.number, a.id FROM unnest($2::text[]) b (beginning) CROSS JOIN LATERAL (
      SELECT number, id FROM account
      WHERE id >= b.beginning AND id < b.beginning || chr(127) AND id > $3
      ORDER BY id LIMIT $4
    ) a
    ORDER BY id LIMIT $4`;
  const { rows } = await client.query<{ number: number; id: string }>(text, [ids, beginnings, cursor, limit]);
  return { numbers: rows.map(({ number }) => number), lastId: rows.at(-1)?.id };
}

/** What of them begins with `prefix`. */
function within({ ids, beginnings }: GrantedAccounts, prefix: string): GrantedAccounts {
  return {
    ids: ids.filter((id) => id.startsWith(prefix)),
    beginnings: beginnings
      .filter((beginning) => beginning.startsWith(prefix) || prefix.startsWith(beginning))
      .map((beginning) => (beginning.length > prefix.length ? beginning : prefix)),
  };
}
