import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueDirectoryError } from '../src/queue/lmdb/queue-directory-error.ts';
import { LmdbQueue } from '../src/queue/lmdb/lmdb-queue.ts';
import { lmdbOptions, temporaryDirectory } from './lmdb-harness.ts';

describe('the directory of a queue', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** The one line with which opening it is refused. */
  async function refusal(businessId = 'business-1'): Promise<string> {
    const error: unknown = await LmdbQueue.open(lmdbOptions(directory, { businessId })).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(QueueDirectoryError);
    const { message } = error as QueueDirectoryError;
    expect(message).not.toContain('\n');
    return message;
  }

  async function writeFormat(format: object): Promise<void> {
    const root = openLmdb({ path: join(directory, 'queue.mdb'), encoding: 'binary', overlappingSync: false });
    root
      .openDB<Buffer, string>('about', { encoding: 'binary' })
      .putSync('format', Buffer.from(JSON.stringify(format)));
    await root.close();
  }

  it('is made when it is not there, however deep', async () => {
    const queue = await LmdbQueue.open(lmdbOptions(join(directory, 'a', 'b')));
    await queue.close();
  });

  it('is refused to a second opener, and free once the first has closed it', async () => {
    const first = await LmdbQueue.open(lmdbOptions(directory));
    expect(await refusal()).toContain(`is locked by process ${process.pid}`);
    await first.close();
    await (await LmdbQueue.open(lmdbOptions(directory))).close();
  });

  it('is not held up by the lock file of a process that died', async () => {
    await writeFile(join(directory, 'lock'), '1\n');
    await (await LmdbQueue.open(lmdbOptions(directory))).close();
  });

  it('is refused to another business service', async () => {
    await (await LmdbQueue.open(lmdbOptions(directory))).close();
    expect(await refusal('business-2')).toContain(
      "belongs to business service 'business-1', not to 'business-2'",
    );
    await (await LmdbQueue.open(lmdbOptions(directory))).close();
  });

  it('is refused when a newer version wrote it', async () => {
    await writeFormat({ version: 4, businessId: 'business-1' });
    expect(await refusal()).toContain('has format 4; this version of Lastro reads format 3');
  });

  it('is refused when it is no queue', async () => {
    await writeFile(join(directory, 'queue.mdb'), 'a file of somebody else'.repeat(1000));
    expect(await refusal()).toContain('cannot be opened');
  });

  it('is refused when it is no directory', async () => {
    await rm(directory, { recursive: true });
    await writeFile(directory, '');
    expect(await refusal()).toContain('cannot be used');
    await rm(directory);
    await mkdir(directory);
  });
});
