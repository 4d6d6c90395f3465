import type { Database } from 'lmdb';
import type { NewDeadLetter, StoredDeadLetter } from '../dead-letter.ts';
import { DamagedRecordError } from '../operation-record.ts';
import type { DeadLetter, KnownOperation } from '../queue.ts';

/**
 * The dead-letter list, and in memory which letter each operation failed in. Its writes belong in a transaction of
 * GroupCommit.
 */
export class StoredDeadLetters {
  /** Number -> letter, as JSON. */
  readonly #letters: Database<Buffer, number>;
  /** Id of an operation -> number of its letter. What is found is compared: a transaction that was to add it may have failed. */
  readonly #numbers = new Map<string, number>();
  #nextNumber = 1;
  #count = 0;

  constructor(letters: Database<Buffer, number>) {
    this.#letters = letters;
    this.reload();
    for (const { key, value } of letters.getRange()) this.#remember(key, readLetter(key, value));
  }

  /** Looks again at what is stored: a transaction that these writes were part of has failed. */
  reload(): void {
    const [newest] = this.#letters.getKeys({ reverse: true, limit: 1 });
    this.#nextNumber = (newest ?? 0) + 1;
    this.#count = this.#letters.getKeysCount();
  }

  get count(): number {
    return this.#count;
  }

  add(letter: NewDeadLetter): void {
    const key = this.#nextNumber;
    this.#nextNumber += 1;
    this.#count += 1;
    void this.#letters.put(key, Buffer.from(JSON.stringify(letter)));
    this.#remember(key, letter);
  }

  remove(number: number): void {
    this.#count -= 1;
    void this.#letters.remove(number);
  }

  /** The letter was removed, and that is on disk. */
  forget({ number, ids, failures }: StoredDeadLetter): void {
    for (const { index } of failures) {
      const id = ids[index]!;
      if (this.#numbers.get(id) === number) this.#numbers.delete(id);
    }
  }

  #remember(number: number, { ids, failures }: NewDeadLetter): void {
    for (const { index } of failures) this.#numbers.set(ids[index]!, number);
  }

  get(number: number): StoredDeadLetter | undefined {
    const bytes = this.#letters.getBinary(number);
    return bytes && readLetter(number, bytes);
  }

  /** The dead letter that operation `id` failed in. */
  holding(id: string): StoredDeadLetter | undefined {
    const number = this.#numbers.get(id);
    const letter = number === undefined ? undefined : this.get(number);
    return letter && failureOf(letter, id) && letter;
  }

  list(after: number, limit: number): DeadLetter[] {
    const range = this.#letters.getRange({ start: after + 1, limit });
    return Array.from(range, ({ key, value }) => readLetter(key, value));
  }

  /** What to answer for operation `id`, if it is in a dead letter. */
  find(id: string): KnownOperation | undefined {
    const letter = this.holding(id);
    const failure = letter && failureOf(letter, id);
    const json = failure && letter.operations[failure.index];
    return json === undefined || failure === undefined ? undefined : { state: 'dead', json, failure };
  }
}

/** Why operation `id` failed, if it did so in this letter. */
function failureOf(
  { ids, failures }: StoredDeadLetter,
  id: string,
): DeadLetter['failures'][number] | undefined {
  return failures.find(({ index }) => ids[index] === id);
}

/** @throws DamagedRecordError, which shows nothing of the letter: what the parser says of it would. */
function readLetter(number: number, bytes: Buffer): StoredDeadLetter {
  try {
    return { ...(JSON.parse(bytes.toString('utf8')) as NewDeadLetter), number };
  } catch {
    throw new DamagedRecordError(`dead letter ${number} is damaged`);
  }
}
