import { describe, expect, it } from 'vitest';
import { faultsOf, standbysWaitedFor } from '../src/storage/postgres/database-faults.ts';

const SAFE = {
  version: 150_018,
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
  synchronousStandbyNames: '',
  readOnly: 'off',
};

describe('the check of PostgreSQL at the start', () => {
  it('finds nothing wrong with the defaults of PostgreSQL 15', () => {
    expect(faultsOf(SAFE, 0)).toEqual([]);
  });

  it.each([
    ['an old version', { version: 140_011 }, 0, /PostgreSQL 14/],
    ['fsync', { fsync: 'off' }, 0, /^fsync is off/],
    ['full_page_writes', { fullPageWrites: 'off' }, 0, /^full_page_writes is off/],
    ['synchronous_commit', { synchronousCommit: 'off' }, 0, /^synchronous_commit is off/],
    ['a primary that takes no writes', { readOnly: 'on' }, 0, /^default_transaction_read_only is on/],
    ['no standby', {}, 1, /^synchronous_standby_names waits for 0 standbys/],
    ['too few standbys', { synchronousStandbyNames: 'ANY 1 (b, c)' }, 2, /waits for 1 standbys/],
    [
      'a commit that no standby waits for',
      { synchronousCommit: 'local', synchronousStandbyNames: 'b' },
      1,
      /is local/,
    ],
  ])('names %s and nothing else', (_what, facts, standbysMin, sentence) => {
    expect(faultsOf({ ...SAFE, ...facts }, standbysMin)).toEqual([expect.stringMatching(sentence)]);
  });

  it('asks for no standby where none is demanded', () => {
    expect(faultsOf({ ...SAFE, synchronousCommit: 'local' }, 0)).toEqual([]);
  });

  it.each([
    ['', 0],
    ['*', 1],
    ['b, c', 1],
    ['"node-2"', 1],
    ['ANY 2 (a, b, c)', 2],
    ['first 3 (a,b,c)', 3],
    ['2(a, b)', 2],
  ])('reads synchronous_standby_names: %s', (names, count) => {
    expect(standbysWaitedFor(names)).toBe(count);
  });
});
