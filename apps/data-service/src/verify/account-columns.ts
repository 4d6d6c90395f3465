import { hash } from 'node:crypto';
import { isBankAccount } from '@lastro/ledger';

const CHUNK_SIZE = 4096;
const DIGEST_BYTES = 16;
const CURRENCIES_MAX = 2 ** 16;

/** How much is known of an account. */
export const UNKNOWN = 0;
/** What it is, but not yet its balance: it was opened before the part of the ledger that is looked at. */
export const NAMED = 1;
/** Everything. */
export const COUNTED = 2;

/** What an operation says of the account that it opens. */
export interface OpenedAccount extends Identity {
  readonly openedAtMicros: number;
  readonly name: string | undefined;
  /** As JSON text. */
  readonly metadata: string | undefined;
}

interface Identity {
  readonly id: string;
  readonly currency: string;
  readonly overdraftLimit: number;
}

/** What an account was before the part of the ledger that is looked at. */
interface NamedAccount extends Identity {
  readonly status: number;
  readonly name: string | null | undefined;
  /** As JSON text. */
  readonly metadata: string | null | undefined;
}

/**
 * Some thousand accounts, each at the same index of every column. Numbers are in typed arrays: some 120 bytes an account
 * and nothing for the garbage collector to walk through, where objects would take three times that.
 */
export class AccountChunk {
  readonly knowledge = new Uint8Array(CHUNK_SIZE);
  readonly isBank = new Uint8Array(CHUNK_SIZE);
  readonly status = new Uint8Array(CHUNK_SIZE);
  readonly currency = new Uint16Array(CHUNK_SIZE);
  readonly overdraftLimit = new Float64Array(CHUNK_SIZE);
  readonly held = new Float64Array(CHUNK_SIZE);
  readonly openedAtMicros = new Float64Array(CHUNK_SIZE);
  readonly balance = new Float64Array(CHUNK_SIZE);
  readonly entryCount = new Float64Array(CHUNK_SIZE);
  readonly lastSequence = new Float64Array(CHUNK_SIZE);
  readonly ids: string[] = [];
  readonly names = new DigestColumn();
  readonly metadata = new DigestColumn();
  /** As it stood before the part of the ledger that is looked at; there only for accounts that were opened before it. */
  before: AccountsBefore | undefined;
}

/** Digests of texts that few accounts have: of what is only shown of an account. */
class DigestColumn {
  #digests: Buffer | undefined;

  /** `text` undefined: there is none. */
  set(index: number, text: string | undefined): void {
    if (text === undefined && this.#digests === undefined) return;
    this.#digests ??= Buffer.alloc(CHUNK_SIZE * DIGEST_BYTES);
    digestOf(text).copy(this.#digests, index * DIGEST_BYTES, 0, DIGEST_BYTES);
  }

  is(index: number, text: string | undefined): boolean {
    const start = index * DIGEST_BYTES;
    const stored = this.#digests?.subarray(start, start + DIGEST_BYTES) ?? NO_TEXT;
    return stored.equals(digestOf(text).subarray(0, DIGEST_BYTES));
  }
}

const NO_TEXT = Buffer.alloc(DIGEST_BYTES);

function digestOf(text: string | undefined): Buffer {
  return text === undefined ? NO_TEXT : hash('sha256', text, 'buffer');
}

class AccountsBefore {
  readonly balance = new Float64Array(CHUNK_SIZE);
  readonly entryCount = new Float64Array(CHUNK_SIZE);
  readonly lastSequence = new Float64Array(CHUNK_SIZE);
  readonly held = new Float64Array(CHUNK_SIZE);
  readonly overdraftLimit = new Float64Array(CHUNK_SIZE);
  readonly status = new Uint8Array(CHUNK_SIZE);
}

/** The accounts as the operations alone say that they must be, by number: 1, 2, 3... in the order of opening. */
export class AccountColumns {
  readonly #chunks: (AccountChunk | undefined)[] = [];
  readonly #currencies: string[] = [];
  readonly #currencyIndexes = new Map<string, number>();
  /** How many were opened before the part of the ledger that is looked at; of these, only those asked for are here. */
  readonly openedBefore: number;
  #count: number;

  constructor(openedBefore: number) {
    this.openedBefore = openedBefore;
    this.#count = openedBefore;
  }

  get count(): number {
    return this.#count;
  }

  /** Where account `number` is, with `indexOf`; undefined when no such account was opened, or none near it is known. */
  chunkOf(number: number): AccountChunk | undefined {
    return number >= 1 && number <= this.#count
      ? this.#chunks[Math.floor((number - 1) / CHUNK_SIZE)]
      : undefined;
  }

  indexOf(number: number): number {
    return (number - 1) % CHUNK_SIZE;
  }

  currencyOf(chunk: AccountChunk, index: number): string {
    return this.#currencies[chunk.currency[index]!]!;
  }

  /** The next account opens. */
  open({ openedAtMicros, name, metadata, ...identity }: OpenedAccount): void {
    this.#count += 1;
    const chunk = this.#put(this.#count, identity);
    const index = this.indexOf(this.#count);
    chunk.openedAtMicros[index] = openedAtMicros;
    chunk.names.set(index, name);
    chunk.metadata.set(index, metadata);
    chunk.knowledge[index] = COUNTED;
  }

  /** Notes what an account was that was opened before. */
  name(number: number, { status, name, metadata, ...identity }: NamedAccount): void {
    const chunk = this.#put(number, identity);
    const index = this.indexOf(number);
    const before = (chunk.before ??= new AccountsBefore());
    chunk.status[index] = before.status[index] = status;
    before.overdraftLimit[index] = identity.overdraftLimit;
    chunk.names.set(index, name ?? undefined);
    chunk.metadata.set(index, metadata ?? undefined);
    chunk.knowledge[index] = NAMED;
  }

  /** A hold was open on a named account before, and reserves `amount` of it. */
  holdBefore(number: number, amount: number): void {
    const chunk = this.chunkOf(number);
    if (chunk?.before === undefined) return;
    const index = this.indexOf(number);
    chunk.held[index]! += amount;
    chunk.before.held[index]! += amount;
  }

  /** The balance of a named account turns up: how it stands, and stood, before anything that is looked at. */
  startAt(
    chunk: AccountChunk,
    index: number,
    balance: number,
    entryCount: number,
    lastSequence: number,
  ): void {
    const before = (chunk.before ??= new AccountsBefore());
    chunk.balance[index] = before.balance[index] = balance;
    chunk.entryCount[index] = before.entryCount[index] = entryCount;
    chunk.lastSequence[index] = before.lastSequence[index] = lastSequence;
    chunk.knowledge[index] = COUNTED;
  }

  /** The numbers of all accounts that are known entirely. */
  *counted(): Generator<number> {
    for (const [position, chunk] of this.#chunks.entries()) {
      if (chunk === undefined) continue;
      for (let index = 0; index < CHUNK_SIZE; index += 1)
        if (chunk.knowledge[index] === COUNTED) yield position * CHUNK_SIZE + index + 1;
    }
  }

  #put(number: number, { id, currency, overdraftLimit }: Identity): AccountChunk {
    const chunk = (this.#chunks[Math.floor((number - 1) / CHUNK_SIZE)] ??= new AccountChunk());
    const index = this.indexOf(number);
    chunk.ids[index] = id;
    chunk.isBank[index] = isBankAccount(id) ? 1 : 0;
    chunk.currency[index] = this.#indexOfCurrency(currency);
    chunk.overdraftLimit[index] = overdraftLimit;
    return chunk;
  }

  #indexOfCurrency(currency: string): number {
    const known = this.#currencyIndexes.get(currency);
    if (known !== undefined) return known;
    // The contract knows some 180; whoever has written more has written nonsense, which the hash chain tells.
    const index = Math.min(this.#currencies.length, CURRENCIES_MAX - 1);
    this.#currencies[index] = currency;
    this.#currencyIndexes.set(currency, index);
    return index;
  }
}
