import type { KnownHead } from '@lastro/contract';
import { GENESIS_HASH } from '@lastro/ledger';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { KnownHeads } from '../src/commit/known-heads.ts';
import { LedgerBehindError, type LedgerHead } from '../src/storage/store.ts';

/** A chain of heads that is told apart from others by what is in it. */
function chainOf(contents: readonly string[]): LedgerHead[] {
  const heads: LedgerHead[] = [
    { sequence: 0, batch: 0, hash: GENESIS_HASH, accountCount: 0, postedAt: '2026-11-23T00:00:00.000Z' },
  ];
  for (const content of contents) {
    const last = heads.at(-1)!;
    const hash = createHash('sha256').update(last.hash).update(content).digest();
    heads.push({ ...last, sequence: last.sequence + 2, batch: last.batch + 1, hash });
  }
  return heads;
}

const markOf = ({ batch, hash }: LedgerHead): KnownHead => ({ batch, hash: hash.toString('hex') });

/** As a commit under the lock does it, on a ledger whose chain is `chain`. */
function commitOn(heads: KnownHeads, chain: readonly LedgerHead[], told: readonly KnownHead[] = []): void {
  const head = chain.at(-1)!;
  const further = heads.compare(head, told);
  const found = further.flatMap(({ batch }) => chain[batch] ?? []);
  heads.prove({ head, batchHashes: new Map(found.map(({ batch, hash }) => [batch, hash])) }, further);
  heads.committed(head);
}

const TEN = chainOf([...'abcdefghij']);

describe('what is known to be committed', () => {
  it('is in a ledger that goes on from it, whoever has committed in between', () => {
    const heads = new KnownHeads();
    for (const length of [1, 2, 5, 5, 11]) commitOn(heads, TEN.slice(0, length));
    expect(heads.newest).toEqual(markOf(TEN[10]!));
    expect(heads.fault).toBeUndefined();
  });

  it('is asked of nobody before anything is known: the first ledger is believed', () => {
    const heads = new KnownHeads();
    expect(heads.newest).toBeUndefined();
    expect(heads.compare(TEN[7]!, [])).toEqual([]);
  });

  it.each([
    [
      'has gone back',
      TEN.slice(0, 8),
      /^batch 9 with hash [0-9a-f]{64} was committed, and the newest of the ledger is 7$/,
    ],
    [
      'has another batch in its place',
      chainOf([...'abcdefghX']),
      /^batch 9 .* and the ledger has hash [0-9a-f]{64} there$/,
    ],
    ['has gone back and on from there', chainOf([...'abcdXYZXYZXYZ']), /^batch 9 .* and the ledger has hash/],
  ])('is missing in a ledger that %s, which is said once, with both heads', (_what, chain, sentence) => {
    const logger = { fatal: vi.fn(), warn: vi.fn() };
    const heads = new KnownHeads(logger as never);
    commitOn(heads, TEN.slice(0, 10));
    for (let attempt = 0; attempt < 3; attempt += 1)
      expect(() => commitOn(heads, chain)).toThrow(LedgerBehindError);
    expect(heads.fault?.message).toMatch(sentence);
    expect(logger.fatal).toHaveBeenCalledOnce();
    expect(logger.fatal.mock.calls[0]).toEqual([
      { committed: markOf(TEN[9]!), ledger: { ...markOf(chain.at(-1)!), sequence: chain.at(-1)!.sequence } },
      expect.stringMatching(
        /nothing is posted.*lastro recover.*stop all business services and data services/,
      ),
    ]);
    // As after the right server was found, or `lastro recover`.
    commitOn(heads, TEN);
    expect(heads.fault).toBeUndefined();
    expect(logger.warn).toHaveBeenCalledOnce();
  });

  it('is also what a business service was told by another data service', () => {
    const heads = new KnownHeads();
    commitOn(heads, TEN.slice(0, 4), [markOf(TEN[2]!)]);
    expect(() => commitOn(heads, TEN.slice(0, 5), [markOf(TEN[9]!)])).toThrow(LedgerBehindError);
    // Nobody else is served meanwhile.
    expect(heads.areCovered([])).toBe(false);
    expect(() => commitOn(heads, TEN.slice(0, 5))).toThrow(LedgerBehindError);
    commitOn(heads, TEN);
    expect(heads.areCovered([markOf(TEN[10]!)])).toBe(true);
  });

  it('is looked up only where it is not known by heart', () => {
    const heads = new KnownHeads();
    commitOn(heads, TEN.slice(0, 6));
    commitOn(heads, TEN.slice(0, 7));
    expect(heads.areCovered([markOf(TEN[5]!), markOf(TEN[6]!)])).toBe(true);
    expect(heads.areCovered([markOf(TEN[2]!)])).toBe(false);
    expect(heads.compare(TEN[6]!, [markOf(TEN[2]!), markOf(TEN[5]!)])).toEqual([markOf(TEN[2]!)]);
  });

  it('lets nothing be committed on a chain without it, whatever is lost, restored and told', () => {
    const step = fc.record({
      writer: fc.nat(1),
      /** Batches that the ledger loses before; those that are lost may come back. */
      lost: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
      comesBack: fc.boolean(),
      tells: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const writers = [new KnownHeads(), new KnownHeads()];
        const lastOf: (KnownHead | undefined)[] = [];
        let told: KnownHead | undefined;
        let chain = chainOf([]);
        for (const [index, { writer, lost, comesBack, tells }] of steps.entries()) {
          const whole = chain;
          if (lost > 0) chain = chain.slice(0, Math.max(1, chain.length - lost));
          const heads = writers[writer]!;
          const mustHave = [lastOf[writer], tells ? told : undefined].filter((known) => known !== undefined);
          const lacks = mustHave.some((known) => chain[known.batch]?.hash.toString('hex') !== known.hash);
          try {
            commitOn(heads, chain, tells && told ? [told] : []);
          } catch (error) {
            expect(error).toBeInstanceOf(LedgerBehindError);
            if (comesBack) chain = whole;
            continue;
          }
          expect(lacks).toBe(false);
          const last = chain.at(-1)!;
          const hash = createHash('sha256').update(last.hash).update(String(index)).digest();
          chain = [...chain, { ...last, sequence: last.sequence + 1, batch: last.batch + 1, hash }];
          heads.committed(chain.at(-1)!);
          lastOf[writer] = told = markOf(chain.at(-1)!);
        }
      }),
      { numRuns: 500 },
    );
  });
});
