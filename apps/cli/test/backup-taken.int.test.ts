import { createTestDatabase, type TestDatabase } from '@lastro/embedded-postgres/testing';
import type { RunningService } from '@lastro/service';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOn } from '../../data-service/test/data-services.ts';
import { runCommand } from './run-command.ts';

const PATIENCE = { timeout: 30_000, interval: 20 };
const METRIC = /^lastro_backup_taken_timestamp_seconds(?:\{[^}]*\})? (\S+)$/m;

describe('lastro backup-taken', () => {
  let database: TestDatabase;
  let data: RunningService | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await data?.stop();
    await database.drop();
  });

  const taken = (...flags: string[]) =>
    runCommand(['backup-taken', ...flags], { DATABASE_URL: database.url });
  const metric = async () => Number(METRIC.exec(await (await fetch(`${data!.url}/metrics`)).text())?.[1]);
  const metricBecomes = (seconds: number) =>
    vi.waitFor(async () => expect(await metric()).toBe(seconds), PATIENCE);

  it('says in one line that there is no ledger to tell', async () => {
    const { status, noted } = await taken();
    expect(noted).toEqual([expect.stringMatching(/^lastro: there is no ledger of this version/)]);
    expect(status).toBe(1);
  });

  it('is what data services show of the newest backup, whatever the order in which backups are told of', async () => {
    data = await startOn(database.url, { LASTRO_ENGINE_LOOK_INTERVAL_MS: '20' });
    await metricBecomes(0);
    expect(await taken('--at', '2026-01-02T03:04:05Z')).toMatchObject({
      status: 0,
      printed: [expect.stringContaining('2026-01-02T03:04:05')],
    });
    await metricBecomes(Date.parse('2026-01-02T03:04:05Z') / 1000);
    const { printed } = await taken('--at', '2026-01-01');
    expect(printed[0]).toContain('2026-01-02T03:04:05');

    const before = Date.now() / 1000;
    expect(await taken()).toMatchObject({ status: 0 });
    await vi.waitFor(async () => expect(await metric()).toBeGreaterThan(before - 60), PATIENCE);
  });

  it('takes no backup that is yet to come: it would hide that there is none', async () => {
    const { status, noted } = await taken('--at', '2999-01-01');
    expect(noted).toEqual([expect.stringContaining('is yet to come')]);
    expect(status).toBe(2);
  });
});
