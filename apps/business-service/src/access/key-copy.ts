import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { conformsTo, KeyChanges } from '@lastro/contract';
import { readOptional, syncPath } from '@lastro/service';

const FILE = 'keys.json';
/** What this version writes. A copy with another number is not read: the ledger has the keys. */
const FORMAT_VERSION = 1;

const isKeyChanges = conformsTo(KeyChanges);

/** The copy cannot be believed. */
export class KeyCopyError extends Error {
  override readonly name = 'KeyCopyError';
}

/** A copy of the keys (their digests) in the directory of the queue: what is known when the ledger is away (I9). */
export class KeyCopy {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, FILE);
  }

  /** The keys as they were written last; `undefined` when nothing was. @throws KeyCopyError */
  async read(): Promise<KeyChanges | undefined> {
    const text = await readOptional(this.#path).catch((error: Error) => {
      throw new KeyCopyError(`${this.#path} cannot be read: ${error.message}`, { cause: error });
    });
    if (text === undefined) return undefined;
    const [head, body = ''] = text.split('\n', 2);
    const { version, sha256 } = parse(head) as { version?: unknown; sha256?: unknown };
    if (version !== FORMAT_VERSION)
      throw new KeyCopyError(`${this.#path} has not the format ${FORMAT_VERSION} that is read here`);
    const keys = parse(body);
    if (sha256 !== digestOf(body) || !isKeyChanges(keys)) throw new KeyCopyError(`${this.#path} is damaged`);
    return keys as KeyChanges;
  }

  /** Writes a new copy in the place of the old one: after a power cut there is one or the other, whole. */
  async write(keys: KeyChanges): Promise<void> {
    const body = JSON.stringify(keys);
    const head = JSON.stringify({ version: FORMAT_VERSION, sha256: digestOf(body) });
    const next = `${this.#path}.new`;
    await rm(next, { force: true });
    await writeSynced(next, `${head}\n${body}\n`);
    await rename(next, this.#path);
    await syncPath(dirname(this.#path));
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parse(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
