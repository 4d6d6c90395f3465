import fastify from 'fastify';
import { serve } from '../../processes/serve.ts';
import { AccountCalls, type Transfer } from './account-calls.ts';

export interface BusinessSettings {
  readonly dataUrl: string;
}

interface Queued {
  readonly transfer: Transfer;
  readonly done: () => void;
}

const BATCH_SIZE = 5;

/**
 * The business service of the student project: a queue in memory and a loop that takes 5 operations at a time. It answers when the
 * operation is done, like all that it is compared with.
 */
await serve<BusinessSettings>('student-business', async ({ dataUrl }) => {
  const calls = new AccountCalls(dataUrl, BATCH_SIZE * 2);
  const queue: Queued[] = [];
  let posted = 0;
  let wake: () => void = () => undefined;
  let stopping = false;

  async function postOne({ transfer, done }: Queued): Promise<void> {
    await calls.post(transfer);
    posted += 1;
    done();
  }

  async function postBatches(): Promise<void> {
    while (!stopping) {
      if (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      await Promise.all(queue.splice(0, BATCH_SIZE).map(postOne));
    }
  }

  const app = fastify();
  app.post<{ Body: Transfer }>('/v1/transfers', async (request) => {
    await new Promise<void>((done) => {
      queue.push({ transfer: request.body, done });
      wake();
    });
    return { id: request.body.id, status: 'posted' };
  });
  app.get('/posted', () => ({ posted }));

  const posting = postBatches();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    async stop() {
      await app.close();
      stopping = true;
      wake();
      await posting;
      await calls.close();
    },
  };
});
