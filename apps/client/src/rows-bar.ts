import cliProgress from 'cli-progress';

/** Rows done, as a bar on a terminal, with one more figure beside them. */
export class RowsBar {
  readonly #bar: cliProgress.SingleBar;

  /** `note`: what the other figure counts. */
  constructor(stream: NodeJS.WritableStream, note: string) {
    this.#bar = new cliProgress.SingleBar(
      {
        stream,
        format: `{bar} {value} of {total} rows, {noted} ${note}   {eta_formatted} left`,
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        fps: 10,
      },
      cliProgress.Presets.shades_classic,
    );
  }

  start(total: number): void {
    this.#bar.start(total, 0, { noted: 0 });
  }

  update(rows: number, noted: number): void {
    this.#bar.update(rows, { noted });
  }

  /** Wipes the bar, before something else is written. */
  clear(): void {
    this.#bar.stop();
  }
}
