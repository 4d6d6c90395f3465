import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A TypeScript file of the tests that runs in a process of its own, perhaps under strace. */
export interface Child {
  readonly process: ChildProcess;
  /** Lines of its standard output as they come. */
  readonly lines: AsyncIterableIterator<string>;
  readonly exited: Promise<unknown>;
}

/** Starts `file` (beside this one) with `args`; `prefix` is a command to run it with. */
export function startChild(file: string, args: readonly string[], prefix: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const node = [process.execPath, '--conditions=@lastro/source', '--import', 'tsx', path, ...args];
  const [command, ...rest] = [...prefix, ...node];
  const child = spawn(command!, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    process: child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() as AsyncIterableIterator<string>,
    exited: once(child, 'exit'),
  };
}
