import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBusinessService } from '@lastro/business-service';
import type { RunningService } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastro } from '../../apps/cli/test/lastro-process.ts';
import { KEY, startOn } from '../../apps/data-service/test/data-services.ts';
import { DebianPostgres, debianPostgres } from './debian-postgres.ts';
import { freePort } from './free-port.ts';

const bin = debianPostgres();

describe.skipIf(bin === undefined)('a ledger with an archive of its log', { timeout: 600_000 }, () => {
  let directory: string;
  let postgres: DebianPostgres;
  let data: RunningService | undefined;
  let business: RunningService | undefined;

  const start = async () => {
    data = await startOn(postgres.url);
    business = await startBusinessService({
      LASTRO_BUSINESS_ID: 'business-1',
      LASTRO_BUSINESS_KEY: KEY,
      LASTRO_ADMIN_KEY: KEY,
      LASTRO_DATA_URL: data.url,
      LASTRO_QUEUE_DIR: join(directory, 'queue'),
      LASTRO_PORT: '0',
      LASTRO_LOG_LEVEL: 'fatal',
    });
  };
  const stop = async () => {
    await business?.stop();
    await data?.stop();
    business = data = undefined;
  };
  const call = async (path: string, body?: object) => {
    const answer = await fetch(business!.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        prefer: 'wait=30',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as { balance?: number } };
  };
  const pay = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      expect((await call('/v1/deposits', { account: 'alice', amount: 1 })).status).toBe(200);
    }
  };
  const balance = async () => (await call('/v1/accounts/alice/balance')).body.balance;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lastro-point-in-time-'));
    // The server runs as a user of its own.
    await chmod(directory, 0o755);
    postgres = new DebianPostgres(bin!, join(directory, 'postgres'), await freePort());
    postgres.create();
    postgres.start();
    await start();
  });
  afterAll(async () => {
    await stop();
    postgres.kill();
    await rm(directory, { recursive: true, force: true });
  });

  it('comes back as it was at an instant; with the queues, as it was when its disk was lost, to the last hash', async () => {
    await call('/v1/accounts', { id: 'alice' });
    await pay(5);
    const began = new Date().toISOString();
    postgres.backUp();
    expect(await lastro(['backup-taken', '--at', began], { DATABASE_URL: postgres.url })).toMatchObject({
      status: 0,
    });
    await pay(5);
    const instant = postgres.query('SELECT clock_timestamp()');
    await pay(5);
    const head = join(directory, 'head.json');
    expect(await lastro(['verify', '--save-head', head], { DATABASE_URL: postgres.url })).toMatchObject({
      status: 0,
    });
    await stop();
    postgres.archive();

    postgres.restore(instant);
    await start();
    expect(await balance()).toBe(10);
    await stop();

    const recovered = await lastro(['recover', '--queue', join(directory, 'queue')], {
      DATABASE_URL: postgres.url,
    });
    expect(recovered).toMatchObject({ status: 0 });
    const verified = await lastro(['verify', '--head', head], { DATABASE_URL: postgres.url });
    expect(verified).toMatchObject({ status: 0 });
    await start();
    expect(await balance()).toBe(15);
  });
});
