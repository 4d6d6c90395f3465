import { Command } from 'commander';
import { registerGrowth } from './commands/growth.ts';
import { registerGuard } from './commands/guard.ts';
import { registerRun } from './commands/run.ts';
import { registerVerify } from './commands/verify.ts';

/** The bench's commands. As part of another command line they write, and end, as `parent` does. */
export function createBench(parent?: Command): Command {
  const program = new Command('bench').description(
    'Measures Lastro beside what one would write instead, and beside the limits of the machine.',
  );
  if (parent !== undefined) program.copyInheritedSettings(parent);
  registerRun(program);
  registerGrowth(program);
  registerGuard(program);
  registerVerify(program);
  return program;
}
