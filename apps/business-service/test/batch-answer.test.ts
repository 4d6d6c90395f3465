import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uuidv7 } from 'uuidv7';
import { readBatchAnswer } from '../src/worker/batch-answer.ts';

const id = uuidv7();
const posted = { id, type: 'deposit', status: 'posted', account: 'alice', amount: 1, sequence: 7 };
const rejected = {
  id,
  type: 'deposit',
  status: 'rejected',
  reason: 'insufficient_funds',
  account: 'alice',
  amount: 1,
};

/** As the data service writes it. */
const inLines = (results: readonly object[]) =>
  `{"results":[\n${results.map((one) => JSON.stringify(one)).join(',\n')}\n]}`;
const inOneLine = (results: readonly object[]) => JSON.stringify({ results });
const indented = (results: readonly object[]) => JSON.stringify({ results }, null, 2);

describe('the answer to a batch', () => {
  const writings = [inLines, inOneLine, indented] as const;

  it.each(writings)('is understood in every writing of the same JSON', (write) => {
    const ids = [id, id, id, id, id];
    const results = [
      { operation: posted },
      { operation: rejected },
      { conflict: posted },
      { conflict: null },
      { malformed: 'bad' },
    ];
    expect(readBatchAnswer(write(results), ids)).toEqual([
      { kind: 'final', json: JSON.stringify(posted), status: 'posted' },
      { kind: 'final', json: JSON.stringify(rejected), status: 'rejected', reason: 'insufficient_funds' },
      {
        kind: 'dead',
        code: 'id_conflict',
        detail: expect.any(String) as string,
        owner: JSON.stringify(posted),
      },
      { kind: 'dead', code: 'id_conflict', detail: expect.any(String) as string },
      { kind: 'dead', code: 'invalid_request', detail: 'bad' },
    ]);
  });

  it('keeps results as they are, whatever people have typed into them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (texts) => {
        const operations = texts.map((description) => ({ ...posted, description, id: uuidv7() }));
        const results = operations.map((operation) => ({ operation }));
        const read = readBatchAnswer(
          inLines(results),
          operations.map((operation) => operation.id),
        );
        expect(
          read.map((outcome) =>
            outcome.kind === 'final' ? (JSON.parse(outcome.json) as object) : undefined,
          ),
        ).toEqual(operations);
      }),
    );
  });

  const misshapen: readonly [string, object[] | object | string][] = [
    ['too few results', []],
    ['too many results', [{ operation: posted }, { operation: posted }]],
    ['another operation', [{ operation: { ...posted, id: uuidv7() } }]],
    ['the owner of another id', [{ conflict: { ...posted, id: uuidv7() } }]],
    ['an operation that is not final', [{ operation: { ...posted, status: 'accepted' } }]],
    ['a rejection without a reason', [{ operation: { ...rejected, reason: undefined } }]],
    ['no operation', [{ operation: null }]],
    ['nothing', [{}]],
    ['a text', ['posted']],
    ['no list', { 0: 1 }],
  ];
  it.each(misshapen)('is not believed when it has %s', (_, results) => {
    for (const write of writings) {
      if (!Array.isArray(results) && write === inLines) continue;
      expect(() => readBatchAnswer(write(results as object[]), [id])).toThrow();
    }
  });

  it('is not believed when it is cut off, wherever', () => {
    const whole = inLines([{ operation: posted }]);
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => readBatchAnswer(whole.slice(0, length), [id])).toThrow();
    }
    expect(readBatchAnswer(whole, [id])).toHaveLength(1);
  });
});
