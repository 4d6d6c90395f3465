import { type SystemSample, SYSTEM_SAMPLES_MAX } from '@lastro/contract';

/** The newest samples, oldest first, each of a later second than the one before it. */
export class SampleRing {
  #samples: SystemSample[] = [];

  get newestAt(): string | undefined {
    return this.#samples.at(-1)?.at;
  }

  /** Forgets all when the clock was put back: what is kept would be of a time to come. */
  add(sample: SystemSample): void {
    const newestMs = Date.parse(this.newestAt ?? '');
    if (Date.parse(sample.at) <= newestMs) this.#samples = [];
    this.#samples.push(sample);
    if (this.#samples.length > SYSTEM_SAMPLES_MAX) this.#samples.shift();
  }

  /** Those of later seconds than `at`; all of them when it is absent. */
  after(at: string | undefined): SystemSample[] {
    const afterMs = at === undefined ? -Infinity : Date.parse(at);
    let start = this.#samples.length;
    while (start > 0 && Date.parse(this.#samples[start - 1]!.at) > afterMs) start -= 1;
    return this.#samples.slice(start);
  }
}
