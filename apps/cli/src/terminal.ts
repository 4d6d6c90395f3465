/** Where a command writes: answers to standard output, everything else to standard error. */
export interface Terminal {
  /** Whether a person watches standard output. */
  readonly interactive: boolean;
  /** Where a display may be painted over in place; absent when nobody would see it. */
  readonly screen?: NodeJS.WriteStream | undefined;
  /** One line of the answer. */
  print(line: string): void;
  /** One line about how it goes, which a script that reads the answer must not see. */
  note(line: string): void;
}

/** The terminal of this process: the one place of the command line that writes. */
export function processTerminal(): Terminal {
  // A reader that has gone (`lastro ... | head`) is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    interactive: process.stdout.isTTY,
    screen: process.stderr.isTTY ? process.stderr : undefined,
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
  };
}
