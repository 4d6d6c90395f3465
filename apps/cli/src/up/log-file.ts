import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const LOG_SIZE_MAX_BYTES = 20_000_000;
const TAIL_LENGTH_MAX = 20_000;

/** Opens a log to append to. One that has grown large is set aside first, in place of the one set aside before. */
export async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size >= LOG_SIZE_MAX_BYTES) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

/** What a command said last about why it ended: the text of its last line for people, without its name. */
export async function lastFaultIn(path: string, fromByte: number): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const tail = bytes.subarray(fromByte).toString('utf8').slice(-TAIL_LENGTH_MAX);
  const line = tail.split('\n').findLast((candidate) => candidate.startsWith('lastro: '));
  return line?.slice('lastro: '.length);
}
