import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
// Not all of the package: fifteen of these are started by one file of tests.
import { stopWithProcess } from '../src/lifecycle.ts';
import { createLogger } from '../src/logging.ts';

/**
 * A process that runs until it is stopped. How its `stop` behaves is its argument: `finishes`, `hangs` or
 * `fails`. `throws` is a service with a fault of its own some time after the start; `orphaned` has lost its
 * parent before it was tied to the process. `busy` hangs, and the threads that write the log have other work when it
 * is asked to stop; `chatty` writes more of a log than fits in a pipe. `delays` says that it is not ready long before it
 * stops; `drains` does that until it is sent a message, or, `briefly`, for a moment.
 */
const behaviour = process.argv[2];
const keepAlive = setInterval(() => undefined, 60_000);
if (behaviour === 'orphaned') {
  process.send?.('ready');
  await new Promise((resolve) => process.once('disconnect', resolve));
}
if (behaviour === 'busy')
  process.once('SIGTERM', () => pbkdf2('', '', 500_000, 64, 'sha512', () => undefined));
const logger = createLogger('test', 'info');
stopWithProcess(
  {
    sayNotReady: () => {
      if (behaviour === 'delays') process.send?.('not ready');
    },
    ...(behaviour === 'drains' && {
      drain: async (signal: AbortSignal) => {
        process.send?.('draining');
        const ends = [once(process, 'message'), once(signal, 'abort')];
        await Promise.race(ends);
        return signal.aborted ? 'something' : undefined;
      },
    }),
    stop: async () => {
      if (process.connected) process.send?.('stopping');
      if (behaviour === 'hangs' || behaviour === 'busy') await new Promise(() => undefined);
      if (behaviour === 'fails') throw new Error('cannot stop');
      clearInterval(keepAlive);
    },
  },
  logger,
  {
    deadlineMs: behaviour === 'hangs' && process.argv[3] === 'briefly' ? 50 : 60_000,
    delayMs: behaviour === 'delays' ? 60_000 : 0,
    drainMaxMs: behaviour === 'drains' && process.argv[3] === 'briefly' ? 50 : 0,
  },
);
if (behaviour === 'chatty') for (let line = 0; line < 40; line += 1) logger.info('x'.repeat(100_000));
if (process.connected) process.send?.('ready');
if (behaviour === 'throws') setImmediate(() => void Promise.reject(new Error('a fault of ours')));
