type UndoStep = () => void;

/** What has to be done to take back every change since `begin`: how an atomic group posts all or none (I3). */
export class UndoLog {
  #steps: UndoStep[] | undefined;

  /** Whether changes have to be noted. */
  get isOpen(): boolean {
    return this.#steps !== undefined;
  }

  push(step: UndoStep): void {
    this.#steps?.push(step);
  }

  begin(): void {
    this.#steps = [];
  }

  commit(): void {
    this.#steps = undefined;
  }

  rollback(): void {
    for (const step of this.#steps?.reverse() ?? []) step();
    this.#steps = undefined;
  }
}
