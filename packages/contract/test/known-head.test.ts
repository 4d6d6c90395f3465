import { describe, expect, it } from 'vitest';
import { knownHeadText, readKnownHead } from '../src/known-head.ts';

const hash = 'ab'.repeat(32);

describe('a head in a header', () => {
  it('is read as it was written', () => {
    const head = { batch: 1_234_567, hash };
    expect(readKnownHead(knownHeadText(head))).toEqual(head);
  });

  it.each([
    undefined,
    '',
    '7',
    `7:${hash}0`,
    `7:${hash.toUpperCase()}`,
    `0:${hash}`,
    `-1:${hash}`,
    `9999999999999999:${hash}`,
    `7:${hash}, 8:${hash}`,
    [`7:${hash}`, `8:${hash}`],
  ])('says nothing when it is %j', (text) => {
    expect(readKnownHead(text)).toBeUndefined();
  });
});
