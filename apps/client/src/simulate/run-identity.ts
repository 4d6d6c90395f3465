import { randomInt } from 'node:crypto';
import { UUID } from 'uuidv7';

const INDEX_DIGITS = 8;

/**
 * The names of everything in one run. They are new for each run, so runs do not disturb each other, and each
 * holds the number of what it names, so that millions of ids need no table.
 */
export class RunIdentity {
  /** Every account of the run starts with it, and no other account does. */
  readonly accountPrefix: string;
  readonly #operationPrefix: string;

  constructor(seed: number, startedAtMs = Date.now()) {
    const unique = UUID.fromFieldsV7(startedAtMs, randomInt(2 ** 12), randomInt(2 ** 30), 0).toString();
    this.#operationPrefix = unique.slice(0, -INDEX_DIGITS);
    this.accountPrefix = `sim-${seed}-${startedAtMs.toString(36)}${randomInt(36 ** 4).toString(36)}.`;
  }

  account(number: number): string {
    return this.accountPrefix + String(number);
  }

  /** The number of an account of this run, or `undefined` for any other account. */
  accountNumber(id: string): number | undefined {
    return id.startsWith(this.accountPrefix) ? Number(id.slice(this.accountPrefix.length)) : undefined;
  }

  /** A UUID of version 7: the instant and randomness of the run, then the operation's number. */
  operation(number: number): string {
    return this.#operationPrefix + number.toString(16).padStart(INDEX_DIGITS, '0');
  }

  /** The number of an operation of this run, or `undefined` for any other id. */
  operationNumber(id: string): number | undefined {
    return id.startsWith(this.#operationPrefix) ? Number.parseInt(id.slice(-INDEX_DIGITS), 16) : undefined;
  }
}
