import { createLogger } from '@lastro/service';
import { describe, expect, it } from 'vitest';
import { CommitQueue } from '../src/commit/commit-queue.ts';
import type { LedgerWriter } from '../src/commit/ledger-writer.ts';
import { deposit } from './commit-batches.ts';

/** A queue whose commits end when they are told to. */
class HeldCommits {
  /** Operations in each commit that has begun. */
  readonly begun: number[] = [];
  readonly #ends: (() => void)[] = [];
  readonly queue: CommitQueue;

  constructor(commitBesideOperationsMin: number) {
    const writer = {
      commit: async (batch: readonly unknown[]) => {
        this.begun.push(batch.length);
        await new Promise<void>((resolve) => this.#ends.push(resolve));
        return { results: batch, write: undefined };
      },
    };
    this.queue = new CommitQueue(
      writer as unknown as LedgerWriter,
      {
        commitOperationsMax: 10,
        commitsUnderWayMax: 2,
        commitBesideOperationsMin,
        pendingOperationsMax: 100,
        commitAttemptsMax: 1,
        retryDelayMs: 0,
      },
      { committed: () => undefined, retried: () => undefined },
      createLogger('test', 'silent'),
    );
  }

  /** Resolves when everything that may begin has begun. */
  async submit(operations: number): Promise<void> {
    void this.queue.submit(Array.from({ length: operations }, () => deposit('ana', 1)));
    await settled();
  }

  async endOldest(): Promise<void> {
    this.#ends.shift()!();
    await settled();
  }
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

describe('the queue of commits', () => {
  it('commits at once what comes first, and a few operations more together when that has ended', async () => {
    const commits = new HeldCommits(5);
    await commits.submit(1);
    await commits.submit(2);
    await commits.submit(1);
    expect(commits.begun).toEqual([1]);
    await commits.endOldest();
    expect(commits.begun).toEqual([1, 3]);
  });

  it('begins a commit beside another for many operations, and no third', async () => {
    const commits = new HeldCommits(5);
    await commits.submit(1);
    await commits.submit(5);
    await commits.submit(7);
    expect(commits.begun).toEqual([1, 5]);
    await commits.endOldest();
    expect(commits.begun).toEqual([1, 5, 7]);
  });

  it('commits everything that waits before it stops', async () => {
    const commits = new HeldCommits(5);
    await commits.submit(1);
    await commits.submit(1);
    const stopped = commits.queue.stop();
    await commits.endOldest();
    await commits.endOldest();
    await stopped;
    expect(commits.begun).toEqual([1, 1]);
  });
});
