import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** What every command is given from outside. */
export interface CommandContext {
  /** Read only through `loadConfig`. */
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
}

/**
 * Adds one command, or a family, to `program`; each file in commands/ exports one. Load what is heavy inside the
 * action (`await import(...)`), so that `lastro balance` does not wait for the code of the services. An action
 * throws CommandFault for what the user should know; main.ts writes the line and sets the exit status.
 */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
