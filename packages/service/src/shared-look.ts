/** One look serves all who ask while it is under way, and for a while after it: any number of watchers costs as much as one. */
export class SharedLook {
  readonly #ageMaxMs: number;
  #under: Promise<void> | undefined;
  #doneAtMs = -Infinity;

  constructor(ageMaxMs: number) {
    this.#ageMaxMs = ageMaxMs;
  }

  /** Resolves when what `look` finds out is known, and not older than the limit; never rejects, as `look` must not. */
  async fresh(look: () => Promise<void>): Promise<void> {
    if (performance.now() - this.#doneAtMs < this.#ageMaxMs) return;
    this.#under ??= look().finally(() => {
      this.#doneAtMs = performance.now();
      this.#under = undefined;
    });
    await this.#under;
  }
}
