import { CommanderError } from 'commander';

/** 2: the command was used wrongly, so the same again cannot work. 1: something is off. */
export type FaultStatus = 1 | 2;

/** What a command tells its user when it cannot do its work: one line that says what to do. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitStatus: FaultStatus;

  constructor(message: string, exitStatus: FaultStatus = 1, options: ErrorOptions = {}) {
    super(message, options);
    this.exitStatus = exitStatus;
  }
}

/** Wrong flags, arguments or settings. */
export function usageFault(message: string): CommandFault {
  return new CommandFault(message, 2);
}

/**
 * Errors of our packages whose message is one line for the operator. By name, so that a command does not load
 * the code of a service only to know the class.
 */
const OPERATING_ERRORS: Readonly<Record<string, FaultStatus>> = {
  ConfigError: 2,
  LastroOptionsError: 2,
  ClientSettingsError: 2,
  CsvFileError: 2,
  BenchError: 1,
  LastroProblemError: 1,
  LastroUnreachableError: 1,
  OpeningError: 1,
  AccountTakenError: 1,
  BankStalledError: 1,
  PostgresError: 1,
  FileLockedError: 1,
  QueueDirectoryError: 1,
  QueueBrokerError: 1,
  StoreUnavailableError: 1,
  LedgerMissingError: 1,
  OlderLedgerError: 1,
  NewerSchemaError: 1,
};

export interface FaultReport {
  /** For standard error; undefined when it has been written already. */
  readonly text: string | undefined;
  readonly exitStatus: number;
}

/** Turns whatever a command threw into what the user sees: the one place that does. */
export function reportFault(error: unknown): FaultReport {
  // Commander has written its own line, or the help that was asked for.
  if (error instanceof CommanderError) return { text: undefined, exitStatus: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof CommandFault) return { text: line(error.message), exitStatus: error.exitStatus };
  if (!(error instanceof Error)) return { text: line(String(error)), exitStatus: 1 };
  const status = OPERATING_ERRORS[error.name];
  if (status !== undefined) return { text: line(error.message), exitStatus: status };
  return { text: systemFault(error) ?? `lastro: a fault of ours: ${error.stack}`, exitStatus: 1 };
}

function line(message: string): string {
  return `lastro: ${message.replaceAll(/\s*\n\s*/g, ' ')}`;
}

type SystemError = NodeJS.ErrnoException & { port?: number; address?: string };

const where = (error: SystemError) => error.path ?? error.message;

/** What the operating system refused, in words, by its code. */
const SYSTEM_FAULTS: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: (error) => `port ${error.port} of ${error.address} is taken: choose another`,
  EADDRNOTAVAIL: (error) => `${error.address} is not an address of this machine`,
  EACCES: (error) => `no permission: ${where(error)}`,
  EPERM: (error) => `no permission: ${where(error)}`,
  EROFS: (error) => `the file system is read-only: ${where(error)}`,
  ENOENT: (error) => `there is no ${where(error)}`,
  ENOTDIR: (error) => `not a directory: ${where(error)}`,
  EEXIST: (error) => `in the way: ${where(error)}`,
  EISDIR: (error) => `a directory, not a file: ${where(error)}`,
  ENAMETOOLONG: () => 'the name of a file is too long',
  ENOSPC: (error) => `the disk is full: ${where(error)}`,
};

function systemFault(error: SystemError): string | undefined {
  const describe = SYSTEM_FAULTS[error.code ?? ''];
  return describe === undefined ? undefined : line(describe(error));
}
