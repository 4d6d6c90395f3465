import type { KnownHead } from '@lastro/contract';
import type { Logger } from '@lastro/service';
import { LedgerBehindError, type LedgerHead, type LockedLedger } from '../storage/store.ts';

/** Heads by which to recognise what business services were told; what is older is looked up in the ledger. */
const RECENT_HEADS_MAX = 1_000;

const WHAT_TO_DO =
  'the ledger lacks what it had committed, so nothing is posted until it has that again. Was an older copy put in its place, ' +
  'or a standby promoted that was behind? Bring back the server that has it, or run lastro recover. To go on without what is ' +
  'lost, stop all business services and data services, then start them: docs/OPERATIONS.md#lastroledgerbehind';

/**
 * What of the ledger is known to be committed, for as long as this process lives: by its own commits, and by what business
 * services say that they were told. A ledger that lacks any of it has gone back, as after the failover to a standby that was
 * behind, or is another one: on that nothing may be posted, as it would contradict what somebody was told (I1, I6, I8).
 *
 * Compared is only with a head that is locked on the server that takes commits; what a standby shows is no evidence.
 */
export class KnownHeads {
  readonly #logger: Logger | undefined;
  /** Those of this process, each in the chain of the next. */
  readonly #recent = new Map<number, string>();
  #newest: KnownHead | undefined;
  #fault: LedgerBehindError | undefined;

  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  /** The newest that this process has committed: all that it has answered is in it. */
  get newest(): KnownHead | undefined {
    return this.#newest;
  }

  /** Why nothing is posted; `undefined`: the ledger has all that is known, as far as it was looked at. */
  get fault(): LedgerBehindError | undefined {
    return this.#fault;
  }

  /** The ledger stands at `head`, on this server and on the standbys that a commit waits for. */
  committed({ batch, hash }: LedgerHead): void {
    if (batch <= (this.#newest?.batch ?? 0)) return;
    this.#newest = { batch, hash: hash.toString('hex') };
    this.#recent.set(batch, this.#newest.hash);
    if (this.#recent.size <= RECENT_HEADS_MAX) return;
    const [oldest] = this.#recent.keys();
    this.#recent.delete(oldest!);
  }

  /** Whether all that was `told` is in a ledger that continues from what this process has committed. */
  areCovered(told: readonly KnownHead[]): boolean {
    return this.#fault === undefined && told.every((head) => this.#covers(head));
  }

  #covers({ batch, hash }: KnownHead): boolean {
    return this.#recent.get(batch) === hash;
  }

  /**
   * Compares what is known, and what somebody was `told`, with the head that was just locked. What lies further back is
   * returned: its hashes are to be looked up, and shown to `prove`.
   *
   * @throws LedgerBehindError
   */
  compare(head: LedgerHead, told: readonly KnownHead[]): readonly KnownHead[] {
    // What is lacking comes first, so that nothing else takes its place before it is found.
    const unproven = [this.#fault?.committed, this.#newest, ...told.filter((known) => !this.#covers(known))];
    const further: KnownHead[] = [];
    for (const known of unproven) {
      if (known === undefined) continue;
      if (known.batch < head.batch) further.push(known);
      else if (known.batch > head.batch) this.#fail(known, head, `the newest of the ledger is ${head.batch}`);
      else this.#requireSame(known, head, head.hash);
    }
    if (further.length === 0) this.#found();
    return further;
  }

  /** @throws LedgerBehindError where one of `further` is not in the chain of the locked ledger. */
  prove(
    { head, batchHashes }: Pick<LockedLedger, 'head' | 'batchHashes'>,
    further: readonly KnownHead[],
  ): void {
    for (const known of further) this.#requireSame(known, head, batchHashes.get(known.batch));
    this.#found();
  }

  #requireSame(known: KnownHead, head: LedgerHead, hash: Buffer | undefined): void {
    const found = hash?.toString('hex');
    if (found === known.hash) return;
    this.#fail(
      known,
      head,
      `the ledger has ${found === undefined ? 'no such batch' : `hash ${found} there`}`,
    );
  }

  #fail(known: KnownHead, head: LedgerHead, found: string): never {
    const what = `batch ${known.batch} with hash ${known.hash} was committed, and ${found}`;
    const error = new LedgerBehindError(known, head, what);
    const before = this.#fault?.committed;
    if (before?.batch !== known.batch || before.hash !== known.hash) {
      const ledger = { batch: head.batch, sequence: head.sequence, hash: head.hash.toString('hex') };
      this.#logger?.fatal({ committed: known, ledger }, `${what}: ${WHAT_TO_DO}`);
    }
    this.#fault = error;
    throw error;
  }

  #found(): void {
    if (this.#fault === undefined) return;
    this.#logger?.warn({ committed: this.#fault.committed }, 'the ledger has again what it lacked; going on');
    this.#fault = undefined;
  }
}
