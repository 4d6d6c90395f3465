import type { Event, WebhookList } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, WholeBank } from '../../../test/whole-bank/whole-bank.ts';
import { type CommandResult, runCommand } from './run-command.ts';

describe('commands of events', () => {
  let bank: WholeBank;

  beforeAll(async () => {
    bank = await WholeBank.start(1, { data: { LASTRO_WEBHOOK_REQUESTS_MAX: '0' } });
  });
  afterAll(() => bank.stop());

  const lastro = (line: string): Promise<CommandResult> =>
    runCommand([...line.split(' '), '--servers', bank.url], { LASTRO_API_KEY: ADMIN_KEY });

  it('lastro events prints each event as a line of JSON', async () => {
    await lastro('account open alice');
    await lastro('deposit alice 5.00');
    await lastro('withdraw alice 70.00');
    const all = await lastro('events --after 0 --count 4');
    expect([all.status, all.noted]).toEqual([0, []]);
    const events = all.printed.map((line) => JSON.parse(line) as Event);
    expect(events.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    const some = await lastro('events --after 0 --account alice --type operation.rejected --count 1');
    expect(some.printed).toEqual(all.printed.slice(3));
  });

  it('lastro webhook makes, lists, replays and deletes webhooks, and shows the secret once', async () => {
    const made = await lastro('webhook create https://example.com/events --type operation.posted --after 2');
    expect(made.printed).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)]);
    const id = /webhook (\S+):/.exec(made.noted[0]!)![1]!;
    const list = async () =>
      (JSON.parse((await lastro('webhook list --json')).printed[0]!) as WebhookList).webhooks;
    expect(await list()).toMatchObject([{ id, events: ['operation.posted'], position: '2' }]);
    expect((await lastro('webhook list')).printed.join('\n')).toMatch(/example\.com.* 2 .*in order/);
    expect((await lastro(`webhook replay ${id} --after 1`)).printed).toEqual([`${id} goes on after 1`]);
    expect(await list()).toMatchObject([{ id, position: '1' }]);
    expect((await lastro(`webhook delete ${id}`)).printed).toEqual([`deleted ${id}`]);
    expect(await list()).toEqual([]);
    expect((await lastro('webhook list')).noted).toEqual(['no webhooks']);
  });

  it.each([
    ['events --after x', 2],
    ['events --type operation.lost', 2],
    ['webhook replay 7 --after 0', 2],
    ['webhook replay 01890a5d-ac96-774b-bcce-b302099a8057', 2],
    ['webhook create http://127.0.0.1:1/', 1],
    ['webhook delete 01890a5d-ac96-774b-bcce-b302099a8057', 1],
  ])('lastro %s ends with one line and status %d', async (line, status) => {
    const result = await lastro(line);
    expect([result.status, result.printed, result.noted.length]).toEqual([status, [], 1]);
  });
});
