/**
 * Looks again and again whether there is something to do, one look after the other. Nothing is kept in memory between two
 * looks, so whatever a look could not do is found by the next.
 */
export class RecurringLook {
  readonly #look: () => Promise<boolean>;
  readonly #intervalMs: number;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #stopped = false;

  /** `look` says whether there may be more, so that the next look comes at once and not after `intervalMs`. */
  constructor(look: () => Promise<boolean>, intervalMs: number, onError: (error: unknown) => void) {
    this.#look = look;
    this.#intervalMs = intervalMs;
    this.#onError = onError;
  }

  start(): void {
    this.#next(this.#intervalMs);
  }

  /** Resolves when no look is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  #next(delayMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#underWay = this.#lookOnce();
    }, delayMs);
  }

  async #lookOnce(): Promise<void> {
    let more = false;
    try {
      more = await this.#look();
    } catch (error) {
      this.#onError(error);
    }
    this.#next(more ? 0 : this.#intervalMs);
  }
}
