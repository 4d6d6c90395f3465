/** Has the one reader of a queue wait until something has come. */
export class Arrivals {
  #wake: (() => void) | undefined;

  /** Resolves at the next `tell`, or when `signal` is aborted. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }

  /** Something has come. */
  tell(): void {
    this.#wake?.();
  }
}
