import { createHash } from 'node:crypto';

const NOTES_KEPT = 80;

/**
 * What happened, in order, as a hash over all of it (two runs of a seed must agree) and as text: the last notes,
 * for people, or every event when somebody listens.
 */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #notes: string[] = [];
  readonly #listener: ((line: string) => void) | undefined;
  #events = 0;

  constructor(listener?: (line: string) => void) {
    this.#listener = listener;
  }

  get events(): number {
    return this.#events;
  }

  /** Every step that can tell one run from another. */
  event(line: string): void {
    this.#events += 1;
    this.#hash.update(line);
    this.#listener?.(line);
  }

  /** Data that went over a wire or to a disk: in the hash only. */
  data(bytes: string | Uint8Array): void {
    this.#hash.update(bytes);
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
    return this.#hash.copy().digest('hex');
  }
}
