import fastify from 'fastify';
import { accountId } from '../../load/accounts.ts';
import { serve } from '../../processes/serve.ts';

export interface DataSettings {
  readonly accountCount: number;
}

interface AccountRequest {
  readonly Params: { readonly id: string };
  readonly Querystring: { readonly owner: string };
}

/** Balances in memory, and locks that the callers take and free: the data service of the student project. */
await serve<DataSettings>('student-data', async ({ accountCount }) => {
  const balances = new Map<string, number>();
  const lockOwners = new Map<string, string>();
  for (let index = 0; index < accountCount; index += 1) balances.set(accountId(index), 0);

  const app = fastify();
  app.post<AccountRequest>('/accounts/:id/lock', (request, reply) => {
    const { id } = request.params;
    const { owner } = request.query;
    if ((lockOwners.get(id) ?? owner) !== owner) return reply.code(423).send();
    lockOwners.set(id, owner);
    return reply.code(204).send();
  });
  app.delete<AccountRequest>('/accounts/:id/lock', (request, reply) => {
    if (lockOwners.get(request.params.id) === request.query.owner) lockOwners.delete(request.params.id);
    return reply.code(204).send();
  });
  app.get<AccountRequest>('/accounts/:id/balance', (request) => ({
    balance: balances.get(request.params.id),
  }));
  app.put<AccountRequest & { Body: { balance: number } }>('/accounts/:id/balance', (request, reply) => {
    balances.set(request.params.id, request.body.balance);
    return reply.code(204).send();
  });
  app.get('/sum', () => ({ sum: [...balances.values()].reduce((sum, balance) => sum + balance, 0) }));

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, stop: () => app.close() };
});
