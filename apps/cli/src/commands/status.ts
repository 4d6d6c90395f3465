import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFault } from '../command-fault.ts';
import { dataPaths, DEFAULT_DATA_DIRECTORY, shownPath } from '../data-directory/paths.ts';
import { findRunningBank, type RunningBank } from '../data-directory/running-bank.ts';
import { answersOk } from '../probe.ts';

interface Flags {
  readonly dataDir: string;
  readonly json?: boolean;
}

/** `lastro status`: what runs on a data directory. Exit status 0 only when all of it is ready. */
export function register(program: Command, { terminal }: CommandContext): void {
  program
    .command('status')
    .description('what runs here, and whether all of it is ready')
    .option('--data-dir <path>', 'data directory of the `lastro up` to look at', DEFAULT_DATA_DIRECTORY)
    .option('--json', 'as JSON, with the password of the database')
    .action(async ({ dataDir, json }: Flags) => {
      const bank = await findRunningBank(dataPaths(dataDir));
      if (bank === undefined) throw new CommandFault(`nothing runs in ${dataDir}: 'lastro up' starts a bank`);
      const urls = [bank.dataService, ...bank.businessServices];
      const ready = await Promise.all(urls.map((url) => answersOk(url, '/readyz')));
      if (json === true) terminal.print(JSON.stringify(bank, undefined, 2));
      else for (const line of describe(bank, ready)) terminal.print(line);
      const away = urls.filter((_, index) => !ready[index]);
      if (away.length > 0) throw new CommandFault(`not ready: ${away.join(', ')}`);
    });
}

function describe(bank: RunningBank, ready: readonly boolean[]): string[] {
  const services = [bank.dataService, ...bank.businessServices].map((url, index) => {
    const name = index === 0 ? 'data service' : `business-${index}`;
    return `  ${name.padEnd(12)}  ${url}  ${ready[index] ? 'ready' : 'not ready'}`;
  });
  // By hand: a URL with several servers is none that `URL` can read.
  const database = bank.databaseUrl.replace(/^([^:]+:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
  const pids = Object.entries(bank.pids).map(([name, pid]) => `${name} ${pid}`);
  return [
    ...services,
    `  database      ${database}`,
    `  key           ${shownPath(bank.keyFile)}`,
    `  processes     ${pids.join(', ')}`,
  ];
}
