import { createServer } from 'node:net';
import { serve } from '../../processes/serve.ts';

const ANSWER = 'HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n{}';

/** Answers without looking: what limits this is the load generator. */
await serve('raw-server', async () => {
  const server = createServer({ noDelay: true }, (socket) => {
    // One request is under way at a time, and each is small enough to come in one piece.
    socket.on('data', () => socket.write(ANSWER, 'latin1'));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
});
