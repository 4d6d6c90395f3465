/** Data services that share one ledger, in order of preference: one is asked until it fails, and then the next in turn. */
export class ServicesInTurn<Service> {
  readonly all: readonly Service[];
  #preferred = 0;

  constructor(all: readonly Service[]) {
    this.all = all;
  }

  /** The one to ask now. */
  get preferred(): Service {
    return this.all[this.#preferred]!;
  }

  /** `service` has failed. Two requests that fail together move on by one, not by two. */
  leave(service: Service): void {
    if (service === this.preferred) this.#preferred = (this.#preferred + 1) % this.all.length;
  }
}
