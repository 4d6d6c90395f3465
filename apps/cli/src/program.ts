import { Command } from 'commander';
import type { CommandContext, RegisterCommand } from './command-context.ts';
import { register as registerAccount } from './commands/account.ts';
import { register as registerBackup } from './commands/backup.ts';
import { register as registerBackupTaken } from './commands/backup-taken.ts';
import { register as registerBalance } from './commands/balance.ts';
import { register as registerBench } from './commands/bench.ts';
import { register as registerBusiness } from './commands/business.ts';
import { register as registerData } from './commands/data.ts';
import { register as registerHold } from './commands/hold.ts';
import { register as registerImport } from './commands/import.ts';
import { register as registerEvents } from './commands/events.ts';
import { register as registerKey } from './commands/key.ts';
import { register as registerMoney } from './commands/money.ts';
import { register as registerOperations } from './commands/operations.ts';
import { register as registerRecover } from './commands/recover.ts';
import { register as registerReindex } from './commands/reindex.ts';
import { register as registerReplay } from './commands/replay.ts';
import { register as registerSchedule } from './commands/schedule.ts';
import { register as registerSimulate } from './commands/simulate.ts';
import { register as registerStatement } from './commands/statement.ts';
import { register as registerStatus } from './commands/status.ts';
import { register as registerTrialBalance } from './commands/trial-balance.ts';
import { register as registerUp } from './commands/up.ts';
import { register as registerVerify } from './commands/verify.ts';
import { register as registerWebhook } from './commands/webhook.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly RegisterCommand[] = [
  registerUp,
  registerStatus,
  registerAccount,
  registerMoney,
  registerHold,
  registerSchedule,
  registerBalance,
  registerStatement,
  registerOperations,
  registerTrialBalance,
  registerKey,
  registerEvents,
  registerWebhook,
  registerSimulate,
  registerReplay,
  registerImport,
  registerVerify,
  registerBackup,
  registerBackupTaken,
  registerRecover,
  registerReindex,
  registerBench,
  registerData,
  registerBusiness,
];

/** The `lastro` command with all its subcommands. It throws where commander by itself would end the process. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('lastro')
    .description('A distributed bank: durable, exactly once, proved to the cent.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
      outputError: (text, write) =>
        write(
          `lastro: ${text
            .replace(/^error: /, '')
            .trim()
            .replaceAll('\n', ' ')}`,
        ),
    });
  for (const register of COMMANDS) register(program, context);
  return program;
}
