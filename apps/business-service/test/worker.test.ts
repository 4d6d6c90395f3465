import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import type { Misbehaviour } from './scripted-data-service.ts';
import { ScriptedDataService } from './scripted-data-service.ts';
import { RunningBank, until } from './running-bank.ts';

const WAIT = { prefer: 'wait=20' };
const deposit = (more: object = {}) => ({ id: uuidv7(), account: 'alice', amount: 100, ...more });

describe('the worker', { timeout: 30_000 }, () => {
  let bank: RunningBank;

  beforeEach(async () => {
    bank = await RunningBank.start();
  });
  afterEach(() => bank.stop());

  /** The first batch, whatever is in it, is held until `work` is done; so what `work` sends gathers behind it. */
  async function gather(work: () => Promise<unknown>): Promise<void> {
    const before = bank.data.batches.length;
    bank.data.script.unshift('answer-late');
    await bank.post('/v1/deposits', deposit());
    await until('a batch is there', () => bank.data.batches.length > before);
    await work();
    bank.data.answerLate();
  }

  async function everythingSettled(): Promise<void> {
    await until('the queue is empty', async () => (await bank.metric('lastro_queue_depth')) === 0);
  }

  it('tells each data service the newest head of the ledger that any has told it, so that none posts without it', async () => {
    const head = (batch: number) => `${batch}:${'ab'.repeat(32)}`;
    const other = await ScriptedDataService.start();
    await bank.restart({ LASTRO_DATA_URL: `${bank.data.url},${other.url}` });
    // The last two say nothing new: one is older, and one cannot be read.
    for (const said of [undefined, head(7), head(9), head(8), 'nine']) {
      bank.data.knownHead = said;
      expect((await bank.post('/v1/deposits', deposit(), WAIT)).status).toBe(200);
    }
    expect(bank.data.toldHeads).toEqual([undefined, undefined, head(7), head(9), head(9)]);
    bank.data.script.push('answer-503');
    expect((await bank.post('/v1/deposits', deposit(), WAIT)).status).toBe(200);
    expect(other.toldHeads).toEqual([head(9)]);
    await other.stop();
  });

  describe('in doubt about a batch', () => {
    const doubts: readonly Misbehaviour[] = [
      'lose-answer',
      'hang-up',
      'answer-503',
      'answer-401',
      'answer-400-as-proxy',
      'answer-garbage',
      'answer-short',
    ];
    it.each(doubts)('sends the very same batch again until it is answered: %s', async (doubt) => {
      bank.data.script.push(doubt, doubt, doubt);
      const answer = await bank.post('/v1/deposits', deposit(), WAIT);
      expect(answer).toMatchObject({ status: 200, body: { status: 'posted', sequence: 1 } });
      expect(new Set(bank.data.bodies).size).toBe(1);
      expect(bank.data.bodies).toHaveLength(4);
      expect(bank.data.ledger.size).toBe(1);
      expect(await bank.metric('lastro_batch_retries_total')).toBe(3);
      expect(await bank.metric('lastro_dead_letters')).toBe(0);
    });

    it('sends it again when the answer does not come in time', async () => {
      await bank.restart({ LASTRO_BATCH_TIMEOUT_MS: '200' });
      bank.data.script.push('answer-late');
      expect((await bank.post('/v1/deposits', deposit(), WAIT)).status).toBe(200);
      expect(bank.data.batches).toHaveLength(2);
      bank.data.answerLate();
    });

    it('believes no answer that is about another operation (I6)', async () => {
      const operations = [deposit({ type: 'deposit' }), deposit({ type: 'deposit', amount: 7 })];
      bank.data.script.push('answer-swapped');
      const answer = await bank.post('/v1/operations', { operations }, WAIT);
      expect(answer.status).toBe(200);
      expect(answer.body.operations).toMatchObject(operations);
      expect(bank.data.batches).toHaveLength(2);
    });

    it('goes on to the next data service when one is gone, and back', async () => {
      const other = await ScriptedDataService.start();
      await bank.restart({ LASTRO_DATA_URL: `${bank.data.url},${other.url}` });
      bank.data.script.push('hang-up');
      expect((await bank.post('/v1/deposits', deposit(), WAIT)).status).toBe(200);
      expect(other.ledger.size).toBe(1);
      await other.stop();
      expect((await bank.post('/v1/deposits', deposit(), WAIT)).status).toBe(200);
      expect(bank.data.ledger.size).toBe(1);
    });

    it('sends the batch again after a restart, when the process ended between the answer and the store (I1, I2)', async () => {
      const one = deposit();
      bank.data.script.push('lose-answer', ...Array<Misbehaviour>(1000).fill('answer-503'));
      await bank.post('/v1/deposits', one);
      await until('the ledger has it', () => bank.data.ledger.size === 1);
      await bank.restart();
      bank.data.script.length = 0;
      await everythingSettled();
      expect(bank.data.ledger.size).toBe(1);
      expect((await bank.get(`/v1/operations/${one.id}`)).body).toMatchObject({
        status: 'posted',
        sequence: 1,
      });
    });
  });

  describe('batches', () => {
    it('grow by what gathers while the one before is under way, and keep the order', async () => {
      const ids: string[] = [];
      await gather(async () => {
        for (let index = 0; index < 30; index += 1) {
          const one = deposit();
          ids.push(one.id);
          await bank.post('/v1/deposits', one);
        }
      });
      await everythingSettled();
      const inOrder = [...bank.data.ledger.keys()];
      expect(inOrder.slice(1)).toEqual(ids);
      expect(bank.data.batches.map((batch) => batch.length)).toEqual([1, 30]);
    });

    it('are never larger than the limit', async () => {
      await bank.restart({ LASTRO_BATCH_SIZE_MAX: '7' });
      const operations = Array.from({ length: 100 }, () => deposit({ type: 'deposit' }));
      expect((await bank.post('/v1/operations', { operations }, WAIT)).status).toBe(200);
      expect(Math.max(...bank.data.batches.map((batch) => batch.length))).toBe(7);
      expect([...bank.data.ledger.keys()]).toEqual(operations.map(({ id }) => id));
    });

    it('carry the bytes that were written when the operations were accepted', async () => {
      const one = deposit({ description: 'café ☕ "quoted"', metadata: { b: '2', a: '1' } });
      const { body } = await bank.post('/v1/deposits', one, WAIT);
      expect(JSON.parse(bank.data.bodies[0]!)).toEqual({
        operations: [{ ...one, type: 'deposit', acceptedAt: body.acceptedAt }],
      });
    });
  });

  describe('with a batch that is refused as a whole', () => {
    it('finds the one that spoils it, and posts all others in their order', async () => {
      const all = Array.from({ length: 20 }, (_, index) =>
        deposit({ type: 'deposit', ...(index === 13 ? { description: 'poison' } : {}) }),
      );
      const answer = await bank.post('/v1/operations', { operations: all }, WAIT);
      const poison = all[13]!.id;
      expect(answer.status).toBe(202);
      expect(answer.body.operations[13]).toMatchObject({ id: poison, status: 'accepted' });
      expect(answer.body.operations.filter((one) => one.status === 'posted')).toHaveLength(19);
      expect([...bank.data.ledger.keys()]).toEqual(all.map(({ id }) => id).filter((id) => id !== poison));
      const { body } = await bank.get('/v1/dead-letters');
      expect(body.deadLetters).toMatchObject([
        {
          id: poison,
          code: 'invalid_request',
          detail: 'there is poison in it',
          operations: [{ id: poison }],
        },
      ]);
      expect(await bank.metric('lastro_dead_letters')).toBe(1);
      expect(await bank.metric('lastro_queue_depth')).toBe(0);
    });

    it('never splits an atomic group: it is refused and listed as one (I3)', async () => {
      const group = [
        deposit({ type: 'deposit' }),
        deposit({ type: 'deposit', description: 'poison' }),
        deposit({ type: 'deposit' }),
      ];
      await gather(async () => {
        await bank.post('/v1/operations', { operations: group, atomic: true });
        await bank.post('/v1/deposits', deposit());
      });
      await everythingSettled();
      expect(bank.data.ledger.size).toBe(2);
      const groupIds = group.map(({ id }) => id);
      for (const batch of bank.data.batches) {
        expect(batch.filter((id) => groupIds.includes(id)).length % 3).toBe(0);
      }
      const { body } = await bank.get('/v1/dead-letters');
      expect(body.deadLetters).toHaveLength(1);
      expect(body.deadLetters[0]!.operations.map(({ id }) => id)).toEqual(groupIds);
    });

    it('makes no dead letter of what a proxy in between refuses', async () => {
      bank.data.script.push(...Array<Misbehaviour>(5).fill('answer-400-as-proxy'));
      const operations = Array.from({ length: 4 }, () => deposit({ type: 'deposit' }));
      expect((await bank.post('/v1/operations', { operations }, WAIT)).status).toBe(200);
      expect(await bank.metric('lastro_dead_letters')).toBe(0);
    });
  });

  describe('with verdicts on single operations', () => {
    it('puts what is malformed on the dead-letter list, and the rest is posted', async () => {
      const operations = [
        deposit({ type: 'deposit' }),
        deposit({ type: 'deposit', description: 'malformed' }),
        deposit({ type: 'deposit' }),
      ];
      const { body } = await bank.post('/v1/operations', { operations }, WAIT);
      expect(body.operations.map(({ status }) => status)).toEqual(['posted', 'accepted', 'posted']);
      const id = operations[1]!.id;
      expect((await bank.get(`/v1/operations/${id}`)).body).toMatchObject({ id, status: 'accepted' });
      expect((await bank.get('/v1/dead-letters')).body.deadLetters).toMatchObject([
        { id, detail: 'it is malformed' },
      ]);
    });

    it('counts what is posted, and what is rejected by its reason', async () => {
      await bank.post('/v1/deposits', deposit(), WAIT);
      await bank.post('/v1/deposits', deposit({ account: 'rejecting' }), WAIT);
      expect(await bank.metric('lastro_posted_total')).toBe(1);
      expect(await bank.metric('lastro_rejected_total')).toBe(1);
      expect(await bank.metric('lastro_accepted_total')).toBe(2);
      expect(await bank.metric('lastro_append_seconds_count')).toBe(2);
      expect((await bank.get('/metrics')).text).toContain(
        'lastro_rejected_total{reason="insufficient_funds"',
      );
    });
  });
});
