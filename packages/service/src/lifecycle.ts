import closeWithGrace from 'close-with-grace';
import type { Logger } from './logging.ts';

/** What has been started and must be stopped in order. */
export interface Running {
  /** Stops accepting, finishes what is under way, frees everything. Called once. */
  stop(): Promise<void>;
}

/**
 * Ties a running service to its process. SIGTERM or SIGINT stops it gracefully within
 * `shutdownDeadlineMs`; a second signal, or the deadline, ends it at once with status 1. A service that
 * was started by `lastro up` also stops when that parent is gone, however it died, so none is orphaned.
 */
export function stopWithProcess(running: Running, logger: Logger, shutdownDeadlineMs: number): void {
  const { close } = closeWithGrace(
    {
      delay: shutdownDeadlineMs,
      logger: false,
      onTimeout: () => logger.fatal({ shutdownDeadlineMs }, 'not stopped before the deadline'),
      onSecondSignal: (signal) => logger.fatal({ signal }, 'ending at once on a second signal'),
      onSecondError: (err) => logger.fatal({ err }, 'ending at once on a second fault'),
    },
    async ({ err, signal }) => {
      if (err) logger.fatal({ err }, 'stopping after a fault');
      else logger.info({ signal }, 'stopping');
      try {
        await running.stop();
        logger.info('stopped');
      } catch (error) {
        logger.error({ err: error }, 'could not stop');
        throw error;
      } finally {
        await new Promise((resolve) => logger.flush(resolve));
      }
    },
  );
  // Undefined without a parent to lose; false when it was lost before this line.
  if (process.connected === false) void close();
  else if (process.connected) process.once('disconnect', close);
}

/** A service that answers on `url`. */
export interface RunningService extends Running {
  readonly url: string;
}
