import { LastroClient } from '@lastro/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../../../test/whole-bank/whole-bank.ts';
import { runCommand } from './run-command.ts';

const FAR = '2999-12-31T00:00:00.000Z';

let bank: WholeBank;
let client: LastroClient;

beforeAll(async () => {
  bank = await WholeBank.start();
  client = new LastroClient({ servers: bank.urls, key: bank.key });
});
afterAll(async () => {
  await client.close();
  await bank.stop();
});

/** Runs a command against the bank of the test; its exit status and all that it said. */
async function lastro(line: string): Promise<[number, ...string[]]> {
  const args = [...line.split(' '), '--servers', bank.url];
  const { status, printed, noted } = await runCommand(args, { LASTRO_API_KEY: ADMIN_KEY });
  return [status, ...printed, ...noted];
}

describe('lastro schedule', () => {
  it('lists schedules, shows one, and cancels it', async () => {
    expect(await lastro('schedule list')).toEqual([0, 'no schedules']);
    const operations = [{ type: 'deposit' as const, account: 'alice', amount: 1 }];
    const ids: string[] = [];
    for (let count = 0; count < 2; count += 1)
      ids.push((await client.schedule({ scheduledFor: FAR, operations })).id);
    const listed = (await lastro('schedule list --limit 1')).join('\n');
    expect(listed).toContain(`${ids[1]}  ${FAR}  waiting`);
    expect(listed).not.toContain(ids[0]);
    expect(listed).toContain('there are more: --limit 10');

    const [, first, second] = await lastro(`schedule show ${ids[0]}`);
    expect(first).toBe(`waiting, for ${FAR}; made by admin`);
    expect(second).toMatch(/^operation [0-9a-f-]{36} deposit$/);
    expect(await lastro(`schedule cancel ${ids[0]}`)).toEqual([0, `cancelled schedule ${ids[0]}`]);
    expect((await lastro('schedule list --state cancelled')).join('\n')).toContain(ids[0]);
    expect(JSON.parse((await lastro(`schedule show ${ids[0]} --json`))[1]!)).toMatchObject({
      state: 'cancelled',
    });
  });

  it('says what is wrong', async () => {
    expect((await lastro('schedule show 17')).join()).toContain('must be a UUID');
    const [status, sentence] = await lastro('schedule cancel 01890a5d-ac96-774b-bcce-b302099a8057');
    expect(status).toBe(1);
    expect(sentence).toContain('No schedule has this id');
  });
});
