import { describe, expect, it } from 'vitest';
import { readWaitPreference } from '../src/api/prefer.ts';

const MAX_MS = 30_000;

describe('the Prefer header (RFC 7240)', () => {
  const understood: readonly [string | string[], number, string][] = [
    ['wait=5', 5000, 'wait=5'],
    ['WAIT=5', 5000, 'wait=5'],
    ['wait="5"', 5000, 'wait=5'],
    ['wait = 5', 5000, 'wait=5'],
    ['wait=0', 0, 'wait=0'],
    ['wait=3600', MAX_MS, 'wait=30'],
    ['wait=5; foo=bar', 5000, 'wait=5'],
    ['return=minimal, wait=5', 5000, 'wait=5'],
    ['wait=5, wait=9', 5000, 'wait=5'],
    ['respond-async', 0, 'respond-async'],
    ['respond-async, wait=5', 5000, 'wait=5'],
    [['return=minimal', 'wait=5'], 5000, 'wait=5'],
  ];
  it.each(understood)('%s', (header, waitMs, applied) => {
    expect(readWaitPreference(header, MAX_MS)).toEqual({ waitMs, applied });
  });

  it.each([
    undefined,
    '',
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=soon',
    'waiting=5',
    'wait=9999999999',
    ',;,=',
  ])('what is not understood is no error: %s', (header) => {
    expect(readWaitPreference(header, MAX_MS)).toBeUndefined();
  });
});
