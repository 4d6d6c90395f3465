import fastify from 'fastify';
import { serve } from '../../processes/serve.ts';

/** Parses the request, keeps nothing and answers 202: no service over Fastify accepts faster. */
await serve('http-limit', async () => {
  const app = fastify();
  app.post<{ Body: { id: string } }>('/v1/transfers', (request, reply) =>
    reply.code(202).send({ id: request.body.id, status: 'accepted' }),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, stop: () => app.close() };
});
