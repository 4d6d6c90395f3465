import { compileSchema, type Operation, OperationRequest } from '@lastro/contract';
import { LastroUnreachableError } from '@lastro/sdk';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_ID } from '../src/bank/use-account.ts';
import {
  DEEDS,
  DESCRIPTION_LENGTH_MAX,
  type Draft,
  EMPTY_DRAFT,
  nextDraft,
  requestOf,
} from '../src/pages/do/draft.ts';
import { type Sender, Submissions } from '../src/submission/submissions.ts';

const HOLD = '01890a5d-ac96-774b-bcce-b302099a8057';
const WHOLE: Draft = {
  ...{ from: ' alice ', to: 'bob', hold: HOLD.toUpperCase(), amount: '1.234,50' },
  ...{ expiresIn: '900', description: ' rent ' },
};
const isRequest = compileSchema(OperationRequest, 'operation');

describe('the draft of an operation', () => {
  it.each(DEEDS)('is a %s as the bank understands it, once it is whole', (deed) => {
    const request = requestOf(deed, WHOLE, 'BRL', 'pt-BR');
    expect(request).toMatchObject({ type: deed, amount: 123_450, description: 'rent' });
    expect(isRequest(request), JSON.stringify(isRequest.errors)).toBe(true);
  });

  it.each(DEEDS)('is no %s while nothing is written, or the amount is none', (deed) => {
    expect(requestOf(deed, EMPTY_DRAFT, 'BRL', 'en')).toBeUndefined();
    for (const amount of ['x', '0', '-1', '1.234,50'])
      expect(requestOf(deed, { ...WHOLE, amount }, 'BRL', 'en')).toBeUndefined();
  });

  it('captures all that is held when there is no amount', () => {
    expect(requestOf('capture', { ...WHOLE, amount: ' ', description: '' }, 'BRL', 'en')).toEqual({
      type: 'capture',
      hold: HOLD,
    });
  });

  it('keeps the accounts for the next one, and nothing that was about this one', () => {
    expect(nextDraft(WHOLE)).toEqual({ ...EMPTY_DRAFT, from: ' alice ', to: 'bob', expiresIn: '900' });
  });

  it('holds to the limits of the contract', () => {
    const deposit = { type: 'deposit', account: 'alice', amount: 1 };
    const described = (length: number) => isRequest({ ...deposit, description: 'd'.repeat(length) });
    expect([described(DESCRIPTION_LENGTH_MAX), described(DESCRIPTION_LENGTH_MAX + 1)]).toEqual([true, false]);
    for (const account of ['a', '@cash.BRL', 'a.b_c:d-e', 'a'.repeat(64), 'a'.repeat(65), '', '-a', 'á', '@'])
      expect([account, isRequest({ ...deposit, account })]).toEqual([account, ACCOUNT_ID.test(account)]);
  });
});

describe('what was sent', () => {
  const deposit = { type: 'deposit', account: 'alice', amount: 100 } as const;
  const unreachable = () => new LastroUnreachableError([], 1, true, new Error('no answer'));

  /** A bank that answers as told, one answer for each call, and notes the ids that it was sent. */
  function bank(...answers: (Operation['status'] | Error)[]) {
    const ids: (string | undefined)[] = [];
    const faults: unknown[] = [];
    const answer = async (id: string): Promise<Operation> => {
      const next = answers.shift()!;
      if (next instanceof Error) throw next;
      return { id, type: 'deposit', status: next, acceptedBy: 'business-1', acceptedAt: '' };
    };
    const sender: Sender = {
      operations: async ([request]) => {
        ids.push(request!.id);
        return [await answer(request!.id!)];
      },
      waitFor: answer,
    };
    const submissions = new Submissions(sender, (error) => faults.push(error));
    const states: string[] = [];
    submissions.subscribe(() => states.push(submissions.list()[0]!.state));
    return { submissions, ids, faults, states };
  }

  it('is seen to arrive', async () => {
    const { submissions, states } = bank('accepted', 'accepted', 'posted');
    await submissions.send(deposit, 'BRL');
    expect(states).toEqual(['sending', 'accepted', 'accepted', 'posted']);
  });

  it('is sent again with the same id when there was no answer, and only then', async () => {
    const { submissions, ids, faults } = bank(unreachable(), 'rejected');
    await submissions.send(deposit, 'BRL');
    const { id, state } = submissions.list()[0]!;
    expect([state, faults.length]).toEqual(['unanswered', 1]);
    await submissions.retry(id);
    await submissions.retry(id);
    expect(ids).toEqual([id, id]);
    expect(submissions.list()).toMatchObject([{ id, state: 'rejected' }]);
  });

  it('stays taken when the look at its result fails', async () => {
    const { submissions } = bank('accepted', new Error('not found'), 'posted');
    await submissions.send(deposit, 'BRL');
    const { id, state } = submissions.list()[0]!;
    expect(state).toBe('unanswered');
    await submissions.retry(id);
    expect(submissions.list()[0]!.state).toBe('posted');
  });

  it('is refused for good when the bank says no', async () => {
    const { submissions } = bank(Object.assign(new Error('invalid'), { retryable: false }));
    await submissions.send(deposit, 'BRL');
    expect(submissions.list()[0]!.state).toBe('refused');
  });
});
