import { reportFault } from './command-fault.ts';
import { createProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

const terminal = processTerminal();
try {
  await createProgram({ env: process.env, terminal }).parseAsync();
} catch (error) {
  const { text, exitStatus } = reportFault(error);
  if (text !== undefined) terminal.note(text);
  process.exitCode = exitStatus;
}
