import type { NewDeadLetter, StoredDeadLetter } from '../dead-letter.ts';
import type { DeadLetter, Failure, KnownOperation } from '../queue.ts';
import { uuidBytes } from '../uuid.ts';
import type { Databases } from './databases.ts';
import { readPlace, writePlace } from './operation-place.ts';

/** The dead-letter list. Its writes belong in a transaction of GroupCommit. */
export class StoredDeadLetters {
  readonly #databases: Databases;
  #nextNumber = 1;
  #count = 0;

  constructor(databases: Databases) {
    this.#databases = databases;
    this.reload();
  }

  /** Looks again at what is stored: a transaction that these writes were part of has failed. */
  reload(): void {
    const { deadLetters } = this.#databases;
    const [newest] = deadLetters.getKeys({ reverse: true, limit: 1 });
    this.#nextNumber = (newest ?? 0) + 1;
    this.#count = deadLetters.getKeysCount();
  }

  get count(): number {
    return this.#count;
  }

  add(letter: NewDeadLetter): void {
    const key = this.#nextNumber;
    this.#nextNumber += 1;
    this.#count += 1;
    void this.#databases.deadLetters.put(key, Buffer.from(JSON.stringify(letter)));
    for (const { index } of letter.failures) {
      void this.#databases.operations.put(
        uuidBytes(letter.ids[index]!),
        writePlace({ database: 'dead-letters', key, index }),
      );
    }
  }

  remove(number: number): void {
    this.#count -= 1;
    void this.#databases.deadLetters.remove(number);
  }

  get(number: number): StoredDeadLetter | undefined {
    const bytes = this.#databases.deadLetters.getBinary(number);
    return bytes && readLetter(number, bytes);
  }

  /** The dead letter that operation `id` failed in. */
  holding(id: string): StoredDeadLetter | undefined {
    const stored = this.#databases.operations.getBinary(uuidBytes(id));
    const place = stored && readPlace(stored);
    return place?.database === 'dead-letters' ? this.get(place.key) : undefined;
  }

  list(after: number, limit: number): DeadLetter[] {
    const range = this.#databases.deadLetters.getRange({ start: after + 1, limit });
    return Array.from(range, ({ key, value }) => readLetter(key, value));
  }

  /** What to answer for the operation at `index` of letter `number`. */
  known(number: number, index: number): KnownOperation | undefined {
    const letter = this.get(number);
    const failure: Failure | undefined = letter?.failures.find((candidate) => candidate.index === index);
    const json = letter?.operations[index];
    return json === undefined || failure === undefined ? undefined : { state: 'dead', json, failure };
  }
}

function readLetter(number: number, bytes: Buffer): StoredDeadLetter {
  return { ...(JSON.parse(bytes.toString('utf8')) as NewDeadLetter), number };
}
