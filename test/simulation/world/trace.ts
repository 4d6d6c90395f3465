import { createHash } from 'node:crypto';

const NOTES_KEPT = 80;
const PENDING_LENGTH_MAX = 32 * 1024;

/**
 * What happened, in order, as a hash over all of it (two runs of a seed must agree) and as text: the last notes,
 * for people, or every event when somebody listens.
 */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #notes: string[] = [];
  readonly #listener: ((line: string) => void) | undefined;
  #events = 0;
  /** What the hash has not seen yet: it is slow at small pieces. */
  #pending = '';

  constructor(listener?: (line: string) => void) {
    this.#listener = listener;
  }

  get events(): number {
    return this.#events;
  }

  /** Every step that can tell one run from another. */
  event(line: string): void {
    this.#events += 1;
    this.#add(line);
    this.#listener?.(line);
  }

  /** Data that went over a wire or to a disk: in the hash only. */
  data(bytes: string | Buffer): void {
    this.#add(typeof bytes === 'string' ? bytes : bytes.toString('latin1'));
  }

  #add(text: string): void {
    this.#pending += text;
    if (this.#pending.length > PENDING_LENGTH_MAX) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }

  /** An event that a person who looks into a failure wants to see first: a fault, an acknowledgement, a commit. */
  note(line: string): void {
    this.event(line);
    this.#notes.push(line);
    if (this.#notes.length > NOTES_KEPT) this.#notes.shift();
  }

  get lastNotes(): readonly string[] {
    return this.#notes;
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }
}
