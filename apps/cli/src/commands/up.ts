import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { DEFAULT_DATA_DIRECTORY } from '../data-directory/paths.ts';
import type { Terminal } from '../terminal.ts';
import type { Bank, BankObserver } from '../up/bank.ts';
import type { UpFlags, UpPlan } from '../up/up-plan.ts';
import { welcome } from '../up/welcome.ts';

/** `lastro up`: everything on this machine, until it is stopped. */
export function register(program: Command, { env, terminal }: CommandContext): void {
  program
    .command('up')
    .description('run a whole bank on this machine: PostgreSQL, data service, business services')
    .option(
      '--port <number>',
      'port of the data service; the business services get the next ones; 0: any free',
      '7400',
    )
    .option('--business <count>', 'business services', '3')
    .option('--clients <count>', 'simulated clients, 10 operations a second each', '0')
    .option('--data-dir <path>', 'where everything is kept', DEFAULT_DATA_DIRECTORY)
    .option('--verbose', 'show the logs here instead of writing them to files')
    .action(async (flags: UpFlags) => {
      const [{ planUp }, { Bank }] = await Promise.all([import('../up/up-plan.ts'), import('../up/bank.ts')]);
      const plan = planUp(flags, env);
      await run(new Bank(plan, observer(terminal)), plan, terminal);
    });
}

async function run(bank: Bank, plan: UpPlan, terminal: Terminal): Promise<void> {
  const startedAt = performance.now();
  const stopAsked = listenForStop(bank, terminal);
  try {
    terminal.note(`Starting a bank in ${plan.paths.directory}`);
    const running = await bank.start();
    for (const line of welcome(running, plan, performance.now() - startedAt)) terminal.print(line);
    await stopAsked.promise;
  } catch (error) {
    if (!stopAsked.isAsked()) {
      await bank.stop();
      throw error;
    }
  }
  await bank.stop();
  terminal.note('Stopped.');
}

interface StopAsked {
  readonly promise: Promise<void>;
  isAsked(): boolean;
}

/** One Ctrl-C reaches this process twice under `npx` and `npm start`: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE_MS = 500;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks for an orderly stop, the second forces. However this process ends, its children do too. */
function listenForStop(bank: Bank, terminal: Terminal): StopAsked {
  let asked = false;
  const promise = new Promise<void>((resolve) => {
    let askedAt = 0;
    const onSignal = () => {
      if (asked && performance.now() - askedAt < SAME_KEYSTROKE_MS) return;
      if (asked) {
        terminal.note('Stopping at once.');
        process.exit(1);
      }
      asked = true;
      askedAt = performance.now();
      terminal.note('Stopping (once more: at once)...');
      // A start that is under way gives up; one that is done is stopped by the caller.
      bank.interrupt();
      resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  });
  process.once('exit', () => bank.kill());
  return { promise, isAsked: () => asked };
}

function observer(terminal: Terminal): BankObserver {
  const started = new Set<string>();
  return {
    onNotice: (sentence) => terminal.note(`  ${sentence}`),
    onUp(name, pid) {
      terminal.note(`  ${name} ${started.has(name) ? 'runs again' : 'runs'} (process ${pid})`);
      started.add(name);
    },
    onDown: (name, reason, delayMs) =>
      terminal.note(`  ${name}: ${reason}; starting it again in ${(delayMs / 1000).toFixed(2)} s`),
    onHeld: (name) => terminal.note(`  ${name} is stopped until it is started from the console`),
    onDone: (name, sentence) => terminal.note(`  ${name}: ${sentence}`),
  };
}
