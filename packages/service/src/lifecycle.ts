import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logging.ts';

/** What has been started and must be stopped in order. */
export interface Running {
  /** Stops accepting, finishes what is under way, frees everything. Called once. */
  stop(): Promise<void>;
}

/** A service that answers on `url`. */
export interface RunningService extends Running {
  readonly url: string;
}

/**
 * Signals that ask for an end. Those of a fault in the machine code (SIGSEGV, SIGBUS, ...) are not among them: a
 * handler in JavaScript never gets to run, and the process would hang in the fault instead of dying of it.
 */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;
/** How long the last lines may take to be written. */
const LOG_DEADLINE_MS = 2_000;

/**
 * Ties a running service to its process. SIGTERM or SIGINT stops it gracefully within
 * `shutdownDeadlineMs`; a second signal, or the deadline, ends it at once with status 1. A service that
 * was started by `lastro up` also stops when that parent is gone, however it died, so none is orphaned.
 */
export function stopWithProcess(running: Running, logger: Logger, shutdownDeadlineMs: number): void {
  let stopping = false;
  const stop = async (status: number): Promise<void> => {
    stopping = true;
    setTimeout(() => {
      logger.fatal({ shutdownDeadlineMs }, 'not stopped before the deadline');
      void end(logger, 1);
    }, shutdownDeadlineMs);
    try {
      await running.stop();
      logger.info('stopped');
      await end(logger, status);
    } catch (error) {
      logger.error({ err: error }, 'could not stop');
      await end(logger, 1);
    }
  };
  const onSignal = (signal?: NodeJS.Signals) => {
    if (!stopping) {
      logger.info({ signal }, 'stopping');
      void stop(0);
    } else if (signal !== undefined) {
      logger.fatal({ signal }, 'ending at once on a second signal');
      void end(logger, 1);
    }
  };
  const onFault = (err: unknown) => {
    logger.fatal({ err }, stopping ? 'ending at once after a fault' : 'stopping after a fault');
    void (stopping ? end(logger, 1) : stop(1));
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  for (const fault of FAULTS) process.on(fault, onFault);
  // Undefined without a parent to lose; false when it was lost before this line.
  if (process.connected === false) onSignal();
  else if (process.connected) process.once('disconnect', () => onSignal());
}

/** Ends the process once its log is written. The lines are written in the background, so that takes a moment. */
async function end(logger: Logger, status: number): Promise<void> {
  const written = new Promise<boolean>((resolve) => logger.flush(() => resolve(true)));
  if (await Promise.race([written, sleep(LOG_DEADLINE_MS, false)])) process.exit(status);
  // Whoever reads the log has stalled, and an exit would wait for them without end.
  process.kill(process.pid, 'SIGKILL');
}
