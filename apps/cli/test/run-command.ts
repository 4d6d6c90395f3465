import { reportFault } from '../src/command-fault.ts';
import { createProgram } from '../src/program.ts';

/** What a command did, as its user sees it. */
export interface CommandResult {
  readonly status: number;
  /** Lines of standard output. */
  readonly printed: string[];
  /** Lines of standard error. */
  readonly noted: string[];
}

/** Runs `lastro ...args` in this process, with the environment given and nothing else. */
export async function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal = {
    interactive: false,
    print: (line: string) => void printed.push(line),
    note: (line: string) => void noted.push(line),
  };
  // A command that `lastro up` starts lets go of the channel to its parent, which keeps a process of tests alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await createProgram({ env, terminal }).parseAsync(args, { from: 'user' });
    return { status: 0, printed, noted };
  } catch (error) {
    const { text, exitStatus } = reportFault(error);
    if (text !== undefined) terminal.note(text);
    return { status: exitStatus, printed, noted };
  } finally {
    process.channel?.ref();
    clearInterval(alive);
  }
}
