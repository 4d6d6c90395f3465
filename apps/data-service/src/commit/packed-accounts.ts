import type { Account } from '@lastro/ledger';
import { NONE } from './hash-table.ts';
import { randomFactors } from './id-hash.ts';
import { PackedRecords, startOf } from './packed-records.ts';

/** The fields of a record. All are safe integers, which a double holds exactly. */
const FIELD = {
  number: 0,
  overdraftLimit: 1,
  balance: 2,
  held: 3,
  entryCount: 4,
  lastSequence: 5,
  kind: 6,
  length: 7,
} as const;

/** What of an account is not a number. There are few, and many accounts of each. */
type Kind = Pick<Account, 'currency' | 'status'>;

/**
 * Accounts by id, in the order in which they came. Packed, without an object or a string for each: a million with ids of 15
 * characters take 89 MB, and the garbage collector has nothing to follow.
 */
export class PackedAccounts {
  readonly #records: PackedRecords;
  readonly #kinds: Kind[] = [];

  /** `factors`: see IdHash. */
  constructor(factors = randomFactors()) {
    this.#records = new PackedRecords(FIELD.length, factors);
  }

  get size(): number {
    return this.#records.size;
  }

  has(id: string): boolean {
    return this.#records.find(id) !== NONE;
  }

  /** A copy of the account. */
  get(id: string): Account | undefined {
    const place = this.#records.find(id);
    if (place === NONE) return undefined;
    const doubles = this.#records.doublesAt(place);
    const at = startOf(place);
    const kind = this.#kinds[doubles[at + FIELD.kind]!]!;
    return {
      number: doubles[at + FIELD.number]!,
      id,
      currency: kind.currency,
      overdraftLimit: doubles[at + FIELD.overdraftLimit]!,
      balance: doubles[at + FIELD.balance]!,
      held: doubles[at + FIELD.held]!,
      status: kind.status,
      entryCount: doubles[at + FIELD.entryCount]!,
      lastSequence: doubles[at + FIELD.lastSequence]!,
    };
  }

  /** Keeps the account as it is now; one that is here already keeps its place in the order. */
  set(account: Account): void {
    const place = this.#records.findOrAdd(account.id);
    const doubles = this.#records.doublesAt(place);
    const at = startOf(place);
    doubles[at + FIELD.number] = account.number;
    doubles[at + FIELD.overdraftLimit] = account.overdraftLimit;
    doubles[at + FIELD.balance] = account.balance;
    doubles[at + FIELD.held] = account.held;
    doubles[at + FIELD.entryCount] = account.entryCount;
    doubles[at + FIELD.lastSequence] = account.lastSequence;
    doubles[at + FIELD.kind] = this.#numberOf(account);
  }

  /** Lets the account go that came first. There must be one. */
  deleteFirst(): void {
    this.#records.deleteFirst();
  }

  clear(): void {
    this.#records.clear();
  }

  /** The number of the kind. They are looked for faster than hashed. */
  #numberOf({ currency, status }: Kind): number {
    const kinds = this.#kinds;
    for (let number = 0; number < kinds.length; number += 1) {
      const kind = kinds[number]!;
      if (kind.status === status && kind.currency === currency) return number;
    }
    return kinds.push({ currency, status }) - 1;
  }
}
