import { setTimeout as sleep } from 'node:timers/promises';
import { conformsTo, KeyChanges } from '@lastro/contract';
import type { Logger } from '@lastro/service';
import type { DataServiceAnswer } from '../data-service-client.ts';
import type { KeyCopy } from './key-copy.ts';
import type { KeyRing } from './key-ring.ts';

const isKeyChanges = conformsTo(KeyChanges);

export interface KeyRefreshOptions {
  readonly ring: KeyRing;
  readonly copy: KeyCopy;
  /** Reads from a data service. */
  readonly read: (path: string) => Promise<DataServiceAnswer>;
  readonly intervalMs: number;
  readonly logger: Logger;
}

/**
 * Keeps the key ring as the ledger has it, and the copy as the key ring is. While the ledger cannot be reached, the keys
 * stay as they were known last.
 */
export class KeyRefresh {
  readonly #options: KeyRefreshOptions;
  readonly #stopping = new AbortController();
  /** The newest look that has begun; never fails. */
  #underWay: Promise<void> = Promise.resolve();
  /** The look that begins next. */
  #waiting: Promise<void> | undefined;
  #isFailing = false;
  #copiedMark: string | undefined;
  #seenAtMs: number | undefined;

  constructor(options: KeyRefreshOptions) {
    this.#options = options;
  }

  /** When the ledger was last seen to have nothing newer, or undefined; milliseconds of the Unix epoch. */
  get seenAtMs(): number | undefined {
    return this.#seenAtMs;
  }

  /** Takes up the keys of the copy, so that they are known before the ledger is reached. A copy that cannot be believed is left out. */
  async loadCopy(): Promise<void> {
    const { copy, ring, logger } = this.#options;
    try {
      const known = await copy.read();
      if (known !== undefined) ring.apply(known);
      this.#copiedMark = known?.mark;
    } catch (error) {
      logger.error(
        { err: error },
        'the copy of the keys is not used: keys are known once the ledger is reached',
      );
    }
  }

  /** Begins to look at the ledger, again and again. Waits for the first look, one interval at most. */
  async start(): Promise<void> {
    const first = this.refresh().catch(() => undefined);
    void this.#run();
    await Promise.race([first, sleep(this.#options.intervalMs, undefined, { ref: false })]);
  }

  /**
   * Looks at the ledger now: whatever was changed before this call is known afterwards. Those who ask while a look is under
   * way share the next.
   *
   * @throws whatever keeps the ledger from being read.
   */
  refresh(): Promise<void> {
    this.#waiting ??= this.#underWay.then(() => {
      this.#waiting = undefined;
      const look = this.#look();
      this.#underWay = look.catch(() => undefined);
      return look;
    });
    return this.#waiting;
  }

  /** Looks no more. What is under way ends with the connections to the data services, and then `ended` resolves. */
  stop(): void {
    this.#stopping.abort();
  }

  async ended(): Promise<void> {
    await this.#waiting?.catch(() => undefined);
    await this.#underWay;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.refresh().then(
        () => this.#note(undefined),
        (error: unknown) => this.#note(error),
      );
      await sleep(this.#options.intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { ring } = this.#options;
    if (this.#stopping.signal.aborted) return;
    const changes = await this.#changesSince();
    // Nobody sees keys come one by one: of an unknown ledger, all pages are here before the first key is replaced.
    if (changes.whole || changes.keys.length > 0) ring.apply(changes);
    this.#seenAtMs = Date.now();
    await this.#writeCopy();
  }

  async #changesSince(): Promise<KeyChanges> {
    let changes = await this.#page(this.#options.ring.place);
    while (changes.more) {
      const next = await this.#page(changes);
      const keys = next.whole ? next.keys : [...changes.keys, ...next.keys];
      changes = { ...next, whole: changes.whole || next.whole, keys };
    }
    return changes;
  }

  async #page({ change, mark }: { readonly change: number; readonly mark: string }): Promise<KeyChanges> {
    const answer = await this.#options.read(`/v1/keys/changes?change=${change}&mark=${mark}`);
    if (answer.status !== 200) throw new Error(`the data service answered ${answer.status}`);
    const changes: unknown = JSON.parse(answer.body);
    if (!isKeyChanges(changes)) throw new Error('the data service answered with something else than keys');
    return changes as KeyChanges;
  }

  async #writeCopy(): Promise<void> {
    const { copy, ring, logger } = this.#options;
    const { mark } = ring.place;
    if (mark === this.#copiedMark) return;
    try {
      await copy.write(ring.everything);
      this.#copiedMark = mark;
    } catch (error) {
      // It is tried again with every look; until then a restart without the ledger would know the keys of before.
      logger.error({ err: error }, 'the copy of the keys cannot be written');
    }
  }

  /** Says once that the ledger cannot be read, and once that it can be again. */
  #note(error: unknown): void {
    const { logger } = this.#options;
    const isFailing = error !== undefined;
    if (isFailing === this.#isFailing || this.#stopping.signal.aborted) return;
    this.#isFailing = isFailing;
    if (isFailing)
      logger.warn({ err: error }, 'the keys of the ledger cannot be read: those known stay in force');
    else logger.info('the keys of the ledger are read again');
  }
}
