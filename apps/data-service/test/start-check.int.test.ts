import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPostgres, startPostgres } from '@lastro/embedded-postgres';
import { createLogger } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, startOn } from './data-services.ts';

describe('a data service whose PostgreSQL', () => {
  let directory: string;
  let unsafe: RunningPostgres;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-unsafe-'));
    const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
    unsafe = await startPostgres({ directory, settings, logger: createLogger('test', 'silent') });
  });
  afterAll(async () => {
    await unsafe.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('may lose what it has confirmed does not start, and says why in one line', async () => {
    const error = await startOn(unsafe.url).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name: 'ConfigError' });
    expect((error as Error).message).toMatch(
      /^the PostgreSQL of DATABASE_URL does not keep the promises: fsync is off[^\n]*; full_page_writes is off[^\n]*; synchronous_commit is off[^\n]*$/,
    );
  });

  it('may lose what it has confirmed starts all the same where the operator insists', async () => {
    const service = await startOn(unsafe.url, { LASTRO_ALLOW_UNSAFE: 'true' });
    expect((await ask(service, 'GET', '/v1/trial-balance')).status).toBe(200);
    await service.stop();
  });

  const urlWith = (change: (url: URL) => void) => {
    const url = new URL(inject('postgresUrl'));
    change(url);
    return url.href;
  };

  it.each([
    [
      'refuses the password',
      () => urlWith((url) => (url.password = 'secret')),
      'ConfigError',
      /refuses the user or the password$/,
    ],
    [
      'has no such database',
      () => urlWith((url) => (url.pathname = '/none')),
      'ConfigError',
      /has no such database$/,
    ],
    [
      'is not there',
      () => urlWith((url) => (url.port = '1')),
      'StoreUnavailableError',
      /^no PostgreSQL can be used at 127\.0\.0\.1:1 \(DATABASE_URL\): /,
    ],
    [
      'is nowhere among several servers',
      () => 'postgres://lastro:secret@127.0.0.1:1,127.0.0.1:2/lastro',
      'StoreUnavailableError',
      /^no PostgreSQL can be used at 127\.0\.0\.1:1, 127\.0\.0\.1:2 \(DATABASE_URL\): none of the 2 servers/,
    ],
    [
      'is to be any of a cluster',
      () => 'postgres://lastro:secret@127.0.0.1:1,127.0.0.1:2/lastro?target_session_attrs=any',
      'ConfigError',
      /^settings are wrong: DATABASE_URL needs the primary/,
    ],
  ])('%s does not start, and says so without its password', async (_what, url, name, sentence) => {
    const error = await startOn(url(), { LASTRO_ALLOW_UNSAFE: 'true' }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name });
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).not.toMatch(/secret|\n/);
  });
});
