import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBusinessService } from '@lastro/business-service';
import { KeptResults } from '@lastro/business-service/queue';
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

describe('lastro backup --queue-dir', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-backup-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const settings = (queue: string) => ({
    LASTRO_BUSINESS_ID: 'business-1',
    LASTRO_BUSINESS_KEY: 'business-key-of-the-tests',
    // Nobody is there, so what is accepted stays in the queue.
    LASTRO_DATA_URL: 'http://127.0.0.1:9',
    LASTRO_QUEUE_DIR: queue,
    LASTRO_ADMIN_KEY: 'admin-key-of-the-tests',
    LASTRO_PORT: '0',
    LASTRO_LOG_LEVEL: 'silent',
  });
  const ask = async (url: string, path: string, body?: object) => {
    const headers = { authorization: 'Bearer admin-key-of-the-tests', 'content-type': 'application/json' };
    const answer = await fetch(url + path, {
      headers,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await answer.json()) as { id: string; status: string };
  };

  it('copies the queue of one business service that runs, and a service goes on from the copy (I1)', async () => {
    const [queue, copy] = [join(directory, 'queue'), join(directory, 'copies', 'monday')];
    const service = await startBusinessService(settings(queue));
    const { id } = await ask(service.url, '/v1/deposits', { account: 'alice', amount: 100 });
    const { status, printed } = await runCommand(['backup', copy, '--queue-dir', queue]);
    expect([status, printed[0]]).toEqual([0, expect.stringContaining(`${copy} has the queue of ${queue}`)]);
    expect((await stat(copy)).mode & 0o777).toBe(0o700);
    await service.stop();
    expect(await readdir(join(directory, 'copies'))).toEqual(['monday']);

    const restored = await startBusinessService(settings(copy));
    expect(await ask(restored.url, `/v1/operations/${id}`)).toMatchObject({ id, status: 'accepted' });
    await restored.stop();
    await (await KeptResults.open([copy])).close();
  });

  it('says what is wrong, and leaves nothing behind', async () => {
    const copy = join(directory, 'copy');
    const missing = join(directory, 'none');
    expect(await runCommand(['backup', copy, '--queue-dir', missing])).toMatchObject({
      status: 1,
      noted: [expect.stringContaining(`there is no queue in ${missing}`)],
    });
    const both = ['backup', copy, '--queue-dir', missing, '--data-dir', missing];
    expect(await runCommand(both)).toMatchObject({ status: 2 });
    expect(await runCommand(['backup', join(missing, 'copy'), '--queue-dir', missing])).toMatchObject({
      status: 2,
      noted: [expect.stringContaining('lies in')],
    });
    expect(await readdir(directory)).toEqual([]);
  });
});
