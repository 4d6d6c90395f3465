import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

describe('lastro backup without a bank to copy', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-backup-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function backUp(to: string): Promise<void> {
    const { status, noted } = await runCommand(['backup', to, '--data-dir', join(directory, 'nothing')]);
    expect(noted).toEqual([expect.stringMatching(/^lastro: there is no bank in /)]);
    expect(status).toBe(1);
  }

  it('leaves none of the directories that it made for the copy', async () => {
    await backUp(join(directory, 'backups', 'of-november', 'monday'));
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves the directories that were there', async () => {
    await mkdir(join(directory, 'backups'));
    await backUp(join(directory, 'backups', 'of-november', 'monday'));
    expect(await readdir(directory, { recursive: true })).toEqual(['backups']);
  });
});
