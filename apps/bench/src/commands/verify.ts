import type { Command } from 'commander';
import { whole, wholeFromTwo } from '../flags.ts';
import { measureVerification, type VerificationSettings } from '../measure/measure-verification.ts';
import { describeMachine } from '../report/machine.ts';
import { verificationText } from '../report/verification-text.ts';
import { withSession } from '../session.ts';
import { note, print } from '../terminal.ts';

interface Flags extends VerificationSettings {
  readonly directory: string;
  readonly json?: true;
}

/** `bench verify`: how fast a ledger is verified, and with how much memory. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('fills a ledger and verifies it: all, all while it is written to, and only what is new')
    .option('--operations <n>', 'size of the ledger', whole, 1_000_000)
    .option('--accounts <n>', 'accounts that operations are spread over', wholeFromTwo, 10_000)
    .option('--seed <n>', 'of the random choices', whole, 1)
    .option('--directory <path>', 'where to put the database: on the disk to measure', '.')
    .option('--json', 'the report as JSON')
    .action(verify);
}

async function verify(flags: Flags): Promise<void> {
  const options = { parentDirectory: flags.directory, accountCount: flags.accounts, businessServices: 1 };
  const { machine, rows } = await withSession(options, async ({ ground }) => ({
    machine: await describeMachine(ground.postgres.url, ground.directory),
    rows: await measureVerification(ground, flags, note),
  }));
  print(flags.json === true ? JSON.stringify({ machine, rows }, null, 2) : verificationText(machine, rows));
}
