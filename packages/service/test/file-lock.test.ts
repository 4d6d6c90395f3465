import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLockedError, lockFile } from '../src/file-lock.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lastro-file-lock-'));
  path = join(directory, 'lock');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('a lock is held by one at a time, who is named to the others, until it is released', async () => {
  const lock = await lockFile(path);
  await expect(lockFile(path)).rejects.toMatchObject({ name: 'FileLockedError', ownerPid: process.pid });
  await lock.release();
  await (await lockFile(path)).release();
});

test('of many who try at the same time exactly one gets it', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFile(path)));
  const got = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  expect(got).toHaveLength(1);
  await got[0]?.value.release();
});

test('the lock of a process that was killed with -9 is free', async () => {
  const owner = fork(join(import.meta.dirname, 'lock-owner.ts'), [path], { execArgv: ['--import', 'tsx'] });
  await once(owner, 'message');
  await expect(lockFile(path)).rejects.toEqual(new FileLockedError(path, owner.pid));

  owner.kill('SIGKILL');
  await once(owner, 'exit');

  await (await lockFile(path)).release();
});
