import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logging.ts';

/** What has been started and must be stopped in order. */
export interface Running {
  /** Stops accepting, finishes what is under way, frees everything. Called once. */
  stop(): Promise<void>;
}

/** What has been started, and can be left politely before it is stopped. */
export interface Leaving extends Running {
  /** From now on /readyz says 503, so that nobody new is sent here; everything is taken as before. */
  sayNotReady?(): void;
  /**
   * Takes nothing more, and works off what was taken, until that is done or `signal` is aborted. Resolves to what is left,
   * as a sentence, or to `undefined`: nothing. Absent where nothing is kept from one run to the next.
   */
  drain?(signal: AbortSignal): Promise<string | undefined>;
}

/** A service that answers on `url`. */
export interface RunningService extends Leaving {
  readonly url: string;
}

/** How long the parts of a stop may take. */
export interface StopTimes {
  /** The stop itself, after which the process ends at once. */
  readonly deadlineMs: number;
  /** Before it, what says that it is not ready and takes everything still. */
  readonly delayMs: number;
  /** Then, what takes nothing more and works off what it has; the rest is kept for the next start. */
  readonly drainMaxMs?: number;
}

/**
 * Signals that ask for an end. Those of a fault in the machine code (SIGSEGV, SIGBUS, ...) are not among them: a
 * handler in JavaScript never gets to run, and the process would hang in the fault instead of dying of it.
 */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const FAULTS = ['uncaughtException', 'unhandledRejection'] as const;
/** How long the last lines may take to be written. */
const LOG_DEADLINE_MS = 2_000;

/** Asks a service to work off all that it has taken, however long that takes, and to end. */
const DRAIN_SIGNAL = 'SIGUSR2';

/**
 * Ties a running service to its process. SIGTERM or SIGINT: it is left politely (`leave`) and stopped within
 * `deadlineMs`; a second signal, or the deadline, ends it at once with status 1. SIGUSR2 drains it without a limit: status 0
 * says that nothing is left in it; a SIGTERM meanwhile stops it, with status 1. A service that was started by `lastro up` also
 * stops when that parent is gone, however it died, so none is orphaned.
 */
export function stopWithProcess(running: Leaving, logger: Logger, times: StopTimes): void {
  let phase: 'running' | 'leaving' | 'stopping' = 'running';
  let isDrainAsked = false;
  const hurry = new AbortController();
  const stop = async (status: number): Promise<void> => {
    phase = 'stopping';
    hurry.abort();
    setTimeout(() => {
      logger.fatal({ shutdownDeadlineMs: times.deadlineMs }, 'not stopped before the deadline');
      void end(logger, 1);
    }, times.deadlineMs);
    try {
      await running.stop();
      logger.info('stopped');
      await end(logger, status);
    } catch (error) {
      logger.error({ err: error }, 'could not stop');
      await end(logger, 1);
    }
  };
  const leaveAndStop = async (): Promise<void> => {
    phase = 'leaving';
    const drainMaxMs = isDrainAsked ? Infinity : (times.drainMaxMs ?? 0);
    const left = await leave(running, { delayMs: times.delayMs, drainMaxMs }, hurry.signal);
    if (left !== undefined) logger.warn({ left }, 'not drained');
    else if (drainMaxMs > 0 && running.drain !== undefined) logger.info('drained');
    // After a fault meanwhile it is being stopped already.
    if (phase === 'leaving') await stop(isDrainAsked && left !== undefined ? 1 : 0);
  };
  const onSignal = (signal?: NodeJS.Signals) => {
    if (phase === 'running') {
      isDrainAsked = signal === DRAIN_SIGNAL;
      logger.info({ signal }, isDrainAsked ? 'draining' : 'stopping');
      void leaveAndStop();
    } else if (phase === 'leaving' && isDrainAsked && signal !== DRAIN_SIGNAL) {
      hurry.abort();
    } else if (signal !== undefined && signal !== DRAIN_SIGNAL) {
      logger.fatal({ signal }, 'ending at once on a second signal');
      void end(logger, 1);
    }
  };
  const onFault = (err: unknown) => {
    const isStopping = phase === 'stopping';
    logger.fatal({ err }, isStopping ? 'ending at once after a fault' : 'stopping after a fault');
    void (isStopping ? end(logger, 1) : stop(1));
  };
  for (const signal of [...STOP_SIGNALS, DRAIN_SIGNAL] as const) process.on(signal, onSignal);
  for (const fault of FAULTS) process.on(fault, onFault);
  // Undefined without a parent to lose; false when it was lost before this line.
  if (process.connected === false) onSignal();
  else if (process.connected) process.once('disconnect', () => onSignal());
}

/**
 * What comes before a stop: says that it is not ready, gives others the time to notice, and works off what it has if it is
 * allowed any time for that. Resolves to what is left.
 */
async function leave(
  running: Leaving,
  { delayMs, drainMaxMs }: { readonly delayMs: number; readonly drainMaxMs: number },
  hurry: AbortSignal,
): Promise<string | undefined> {
  running.sayNotReady?.();
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: hurry }).catch(() => undefined);
  if (drainMaxMs === 0 || running.drain === undefined) return undefined;
  const signals = drainMaxMs === Infinity ? [hurry] : [hurry, AbortSignal.timeout(drainMaxMs)];
  return running.drain(AbortSignal.any(signals));
}

/** Ends the process once its log is written. The lines are written in the background, so that takes a moment. */
async function end(logger: Logger, status: number): Promise<void> {
  const written = new Promise<boolean>((resolve) => logger.flush(() => resolve(true)));
  if (await Promise.race([written, sleep(LOG_DEADLINE_MS, false)])) process.exit(status);
  // Whoever reads the log has stalled, and an exit would wait for them without end.
  process.kill(process.pid, 'SIGKILL');
}
