import { ProblemError } from '@lastro/service';
import type { RootDatabase } from 'lmdb';
import { endOfTurn } from '../../end-of-turn.ts';

/** A transaction of this weight takes some tens of milliseconds. */
const GROUP_WEIGHT_MAX = 20_000;

/** Writes that belong in one transaction. */
export interface Write {
  /** Puts and removes, without waiting. Must not throw. */
  perform(): void;
  /**
   * Told that the transaction is on disk, before those who wait for it. The transaction may be visible some moments earlier.
   * Must not throw.
   */
  written?(): void;
  /**
   * Takes back what `perform` changed in memory, or would have changed: the transaction has failed. Called before the
   * next transaction begins, for the latest write first.
   */
  undo(): void;
}

interface Group {
  /** What its writes weigh together. */
  weight: number;
  readonly writes: Write[];
  readonly onDisk: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs writes in LMDB transactions, one transaction at a time. Whatever arrives while one is being written
 * shares the next, and with it the sync to disk: the more arrive, the larger the groups, with no lingering.
 *
 * The databases must be open without `overlappingSync`. Then a transaction is visible only once it is
 * synced, and what fails was never visible. With it, a commit whose fdatasync failed is still read, and
 * would be posted after its sender was told that nothing was taken (seen with injected faults).
 */
export class GroupCommit {
  readonly #root: RootDatabase;
  readonly #hasRoom: () => boolean;
  readonly #onBroken: (error: unknown) => void;
  /** The groups that wait for their turn; the last takes what comes, until it is full. */
  readonly #waiting: Group[] = [];
  #running: Promise<void> | undefined;
  #startedAtMs: number | undefined;
  #broken = false;

  /**
   * `hasRoom`: whether the disk will take another transaction. LMDB is not to meet a full one, for then lmdb 3.5.6 writes
   * past the end of a buffer (a message longer than the 100 bytes that it has for it), and the process may die of that.
   * `onBroken` is told, once, that nothing can be written any more and the process must end.
   */
  constructor(root: RootDatabase, hasRoom: () => boolean, onBroken: (error: unknown) => void) {
    this.#root = root;
    this.#hasRoom = hasRoom;
    this.#onBroken = onBroken;
  }

  /** How long the transaction under way has taken so far. */
  get busyForMs(): number {
    return this.#startedAtMs === undefined ? 0 : performance.now() - this.#startedAtMs;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Performs `write` in the next transaction. Resolves when the transaction is on disk. It stays pending
   * for ever if the environment breaks, because then nobody can know.
   *
   * @throws ProblemError `queue_unavailable`: nothing of the group was written.
   */
  submit(write: Write): Promise<void> {
    let group = this.#waiting.at(-1);
    if (group === undefined || group.weight >= GROUP_WEIGHT_MAX) this.#waiting.push((group = newGroup()));
    group.writes.push(write);
    this.#running ??= this.#run();
    return group.onDisk;
  }

  /**
   * Adds to what the last write that was submitted weighs: about as much as it has puts and removes. A group
   * that is full is left to its turn, so that no transaction keeps the others waiting for long.
   *
   * @returns whether another write would come into the same group.
   */
  addWeight(weight: number): boolean {
    const group = this.#waiting.at(-1);
    if (group === undefined) return false;
    group.weight += weight;
    return group.weight < GROUP_WEIGHT_MAX;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await endOfTurn();
    let tellLast: (() => void) | undefined;
    while (!this.#broken) {
      const group = this.#waiting.shift();
      if (group === undefined) break;
      const commit = this.#commit(group);
      // lmdb hands a transaction to its thread at the end of this turn of the event loop. The requests of the
      // group before are answered after that, while the disk is at work on this one.
      if (tellLast !== undefined) setImmediate(tellLast);
      tellLast = await commit;
    }
    tellLast?.();
    this.#running = undefined;
  }

  /** Resolves to what tells those who wait for `group`. */
  async #commit(group: Group): Promise<() => void> {
    if (!this.#hasRoom()) return undoAndReject(group, 'The disk of the queue is nearly full.');
    this.#startedAtMs = performance.now();
    try {
      await this.#root.batch(() => {
        for (const write of group.writes) write.perform();
      });
      for (const write of group.writes) write.written?.();
      return group.resolve;
    } catch (error) {
      const cause = await causeOf(error);
      if (error instanceof Error && 'commitError' in error && this.#isReadable()) {
        return undoAndReject(group, undefined, cause);
      }
      this.#broken = true;
      this.#onBroken(cause);
      return () => undefined;
    } finally {
      this.#startedAtMs = undefined;
    }
  }

  /** LMDB refuses all use of an environment once it could not write a meta page: then what is on disk is unknown. */
  #isReadable(): boolean {
    try {
      this.#root.resetReadTxn();
      this.#root.getBinary('any');
      return true;
    } catch {
      return false;
    }
  }
}

/** Nothing of `group` was written: takes it back, and gives what tells those who wait for it. */
function undoAndReject(group: Group, detail: string | undefined, cause?: unknown): () => void {
  for (const write of group.writes.toReversed()) write.undo();
  return () => group.reject(new ProblemError('queue_unavailable', detail, { cause }));
}

function newGroup(): Group {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const onDisk = new Promise<void>((resolvePromise, rejectPromise) => {
    resolve = resolvePromise;
    reject = rejectPromise;
  });
  return { weight: 0, writes: [], onDisk, resolve, reject };
}

/** lmdb rejects a write with a general error that carries a promise, rejected later with what went wrong. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  return (error.commitError as Promise<never>).catch((cause: unknown) => cause);
}
