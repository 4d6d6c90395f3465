import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BIN = fileURLToPath(new URL('../../../apps/cli/bin/lastro.js', import.meta.url));

/** Brings what is built up to date with the sources, as each use of the command does; once, so that no start waits for it. */
export async function buildServices(): Promise<void> {
  await promisify(execFile)(process.execPath, [BIN, '--help']);
}
