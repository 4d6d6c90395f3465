import fastify from 'fastify';
import pg from 'pg';
import { Type } from 'typebox';
import { serve } from '../../processes/serve.ts';

export interface ServiceSettings {
  readonly databaseUrl: string;
  /** Transactions at the same time. */
  readonly connections: number;
}

const transferFields = {
  id: Type.String({ format: 'uuid' }),
  from: Type.String({ maxLength: 64 }),
  to: Type.String({ maxLength: 64 }),
  amount: Type.Integer({ minimum: 1 }),
};
const Transfer = Type.Object(transferFields, { additionalProperties: false });
const Transfers = Type.Object(
  {
    operations: Type.Array(Type.Object({ type: Type.Literal('transfer'), ...transferFields }), {
      maxItems: 10_000,
    }),
  },
  { additionalProperties: false },
);
const Result = Type.Object({ id: Type.String(), status: Type.String() });
const Results = Type.Object({ operations: Type.Array(Result) });

type Transfer = Readonly<Record<'id' | 'from' | 'to', string> & { amount: number }>;

await serve<ServiceSettings>('one-transaction-each', async ({ databaseUrl, connections }) => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
  const app = fastify({ ajv: { customOptions: { coerceTypes: false } } });

  const post = async ({ id, from, to, amount }: Transfer) => {
    const { rows } = await pool.query<{ status: string }>({
      name: 'post-transfer',
      text: 'SELECT post_transfer($1, $2, $3, $4) AS status',
      values: [id, from, to, amount],
    });
    return { id, status: rows[0]!.status };
  };

  app.post<{ Body: Transfer }>(
    '/v1/transfers',
    { schema: { body: Transfer, response: { 200: Result } } },
    (request) => post(request.body),
  );

  app.post<{ Body: { operations: Transfer[] } }>(
    '/v1/operations',
    { bodyLimit: 16 * 1024 * 1024, schema: { body: Transfers, response: { 200: Results } } },
    // All at once, as many at a time as the pool has connections: faster than one after the other on one of them.
    async (request) => ({ operations: await Promise.all(request.body.operations.map(post)) }),
  );

  app.get<{ Params: { id: string } }>('/v1/accounts/:id/balance', async (request) => {
    const text = 'SELECT id AS account, balance FROM account WHERE id = $1';
    const { rows } = await pool.query<object>({ name: 'balance', text, values: [request.params.id] });
    return rows[0];
  });

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async stop() {
      await app.close();
      await pool.end();
    },
  };
});
