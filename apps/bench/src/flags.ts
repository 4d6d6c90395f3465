import { InvalidArgumentError, type Command } from 'commander';

/** What all three commands take. */
export interface CommonFlags {
  readonly seconds: number;
  readonly warmUp: number;
  readonly accounts: number;
  readonly business: number;
  readonly seed: number;
  readonly directory: string;
  /** `true`: standard output. */
  readonly json?: string | true;
  readonly plots?: string;
}

export function addCommonFlags(command: Command, defaults: { seconds: number; warmUp: number }): Command {
  return command
    .option('--seconds <n>', 'measured time of each round', positive, defaults.seconds)
    .option('--warm-up <n>', 'seconds before each measured time', notNegative, defaults.warmUp)
    .option('--accounts <n>', 'accounts that operations are spread over', wholeFromTwo, 10_000)
    .option('--business <n>', 'business services', whole, 2)
    .option('--seed <n>', 'of the random choices', whole, 1)
    .option('--directory <path>', 'where to put the database and the queues: on the disk to measure', '.')
    .option('--json [file]', 'the whole report as JSON, into a file or instead of the table')
    .option('--plots <directory>', 'where to write the plots (SVG) and the report');
}

export function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('it must be 1, 2, 3...');
  return value;
}

export function wholeFromTwo(text: string): number {
  const value = whole(text);
  if (value < 2) throw new InvalidArgumentError('a transfer needs two accounts');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('it must be more than 0');
  return value;
}

function notNegative(text: string): number {
  return text === '0' ? 0 : positive(text);
}
