import { createLogger, stopWithProcess } from '../src/index.ts';

/**
 * A process that runs until it is stopped. How its `stop` behaves is its argument: `finishes`, `hangs` or
 * `fails`. `throws` is a service with a fault of its own some time after the start; `orphaned` has lost its
 * parent before it was tied to the process.
 */
const behaviour = process.argv[2];
const keepAlive = setInterval(() => undefined, 60_000);
if (behaviour === 'orphaned') {
  process.send?.('ready');
  await new Promise((resolve) => process.once('disconnect', resolve));
}
stopWithProcess(
  {
    stop: async () => {
      if (process.connected) process.send?.('stopping');
      if (behaviour === 'hangs') await new Promise(() => undefined);
      if (behaviour === 'fails') throw new Error('cannot stop');
      clearInterval(keepAlive);
    },
  },
  createLogger('test', 'info'),
  behaviour === 'hangs' && process.argv[3] === 'briefly' ? 50 : 60_000,
);
if (process.connected) process.send?.('ready');
if (behaviour === 'throws') setImmediate(() => void Promise.reject(new Error('a fault of ours')));
