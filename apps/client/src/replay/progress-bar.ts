import cliProgress from 'cli-progress';
import type { ReplayObserver, ReplayProgress } from './replay.ts';
import type { Survey } from './survey.ts';

/** Rows done, as a bar on a terminal. */
export class ReplayBar implements ReplayObserver {
  readonly #bar: cliProgress.SingleBar;

  constructor(stream: NodeJS.WritableStream) {
    this.#bar = new cliProgress.SingleBar(
      {
        stream,
        format: '{bar} {value} of {total} rows, {exact} exact   {eta_formatted} left',
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        fps: 10,
      },
      cliProgress.Presets.shades_classic,
    );
  }

  surveyed({ rows }: Survey): void {
    this.#bar.start(rows, 0, { exact: 0 });
  }

  progress({ rows, exact }: ReplayProgress): void {
    this.#bar.update(rows, { exact });
  }

  /** Wipes the bar, before something else is written. */
  clear(): void {
    this.#bar.stop();
  }
}
