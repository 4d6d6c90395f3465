import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What a reader of the log may be behind before lines are dropped. */
const BUFFER_SIZE_MAX_BYTES = 16 * 1024 * 1024;

/** JSON lines on standard output. Ids and codes are logged; keys, names and balances never are. */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = standardOutput(),
): Logger {
  return pino(
    {
      base: { service },
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['headers.authorization', 'headers.cookie', '*.headers.authorization', '*.headers.cookie'],
    },
    destination,
  );
}

/**
 * Written in the background, so that a reader that stalls never stalls money; `minLength` makes `flush` wait. Pino
 * would write a fatal line at once, past those that are still on their way: what is passed on cannot do that, so
 * the lines stay in their order, and whoever ends the process flushes first.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ fd: 1, sync: false, minLength: 1, maxLength: BUFFER_SIZE_MAX_BYTES });
  const stream = {
    write: (line: string) => void output.write(line),
    flush: (done?: (error?: Error) => void) => output.flush(done),
  };
  return stream;
}
