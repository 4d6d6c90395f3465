import type { Terminal } from './terminal.ts';

/** How rows of a file are done, for whoever watches. */
export interface RowProgress {
  /** The rows are known, and `what` says what begins now. */
  start(total: number, what: string): void;
  /** `noted` are those of which the other figure tells. */
  update(rows: number, noted: number): void;
  /** Before something else is written. */
  clear(): void;
}

const NOTES = 4;

/** A bar where somebody watches; for logs a line at the start, and at every quarter of the rows. */
export async function rowProgress(terminal: Terminal, note: string): Promise<RowProgress> {
  if (terminal.screen !== undefined) {
    const { RowsBar } = await import('@lastro/client');
    return new RowsBar(terminal.screen, note);
  }
  let total = 0;
  let notes = 1;
  return {
    start: (rows, what) => {
      total = rows;
      terminal.note(what);
    },
    update: (rows, noted) => {
      if (rows * NOTES < total * notes) return;
      notes = Math.floor((rows * NOTES) / total) + 1;
      terminal.note(`${rows} of ${total} rows done, ${noted} ${note}`);
    },
    clear: () => undefined,
  };
}
