import type { Command } from 'commander';
import type { RegisterCommand } from '../command-context.ts';

/** `lastro bench`: the benchmark's own command line, behind `lastro`. */
export const register: RegisterCommand = (program: Command) => {
  program
    .command('bench')
    .description('measure the bank beside what one would write instead: run, growth, guard, verify')
    .argument('[arguments...]', '`lastro bench --help` tells them')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (args: readonly string[]) => {
      const { createBench } = await import('@lastro/bench');
      await createBench(program).parseAsync(args, { from: 'user' });
    });
};
