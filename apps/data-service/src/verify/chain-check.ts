import { batchHash, GENESIS_HASH, type LedgerRecord } from '@lastro/ledger';
import type { LedgerHead } from '../storage/store.ts';
import type { Findings } from './findings.ts';

/** A committed batch as its row says. */
export interface BatchRow {
  readonly number: number;
  readonly firstSequence: number;
  readonly operationCount: number;
  readonly postedAt: string;
  readonly hash: Buffer;
}

/** Computes the hash chain again over the stored records, batch by batch, and compares it with what is stored (I8). */
export class ChainCheck {
  readonly #findings: Findings;
  readonly #pieces: Buffer[] = [];
  #operationCount = 0;
  #hash: Buffer = GENESIS_HASH;
  #number = 0;
  #lastSequence = 0;
  #postedAt = '';

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Adds the bytes of one record, which the batch that is finished next should contain. */
  add(record: LedgerRecord, bytes: Buffer, batch: BatchRow | undefined): void {
    this.#pieces.push(bytes);
    this.#operationCount += 1;
    if (batch !== undefined)
      this.#findings.expectEqual(`operation ${record.sequence}`, 'batch', record.batch, batch.number);
  }

  /** All records of `batch` have been added: checks its row and goes on from its stored hash, so that one fault is named once. */
  finish(batch: BatchRow): void {
    const where = `batch ${batch.number}`;
    this.#findings.expectEqual(where, 'number', batch.number, this.#number + 1);
    this.#findings.expectEqual(where, 'first sequence', batch.firstSequence, this.#lastSequence + 1);
    this.#findings.expectEqual(
      where,
      'number of operations found',
      this.#operationCount,
      batch.operationCount,
    );
    if (batch.postedAt < this.#postedAt)
      this.#findings.add(where, `was posted at ${batch.postedAt}, before the batch ahead of it`);
    const hash = batchHash(this.#hash, batch, Buffer.concat(this.#pieces));
    if (!hash.equals(batch.hash)) {
      const last = batch.firstSequence + batch.operationCount - 1;
      this.#findings.add(
        where,
        `hash does not fit its operations (${batch.firstSequence} to ${last}): one of them, or the batch, was changed`,
      );
    }
    this.#pieces.length = 0;
    this.#operationCount = 0;
    this.#hash = batch.hash;
    this.#number = batch.number;
    this.#lastSequence = batch.firstSequence + batch.operationCount - 1;
    this.#postedAt = batch.postedAt;
  }

  /** The last batch must be the one that the head names. */
  finishAt(head: LedgerHead): void {
    if (this.#operationCount > 0)
      this.#findings.add(
        `batch ${this.#number + 1}`,
        `its row is missing (${this.#operationCount} operations)`,
      );
    this.#findings.expectEqual('ledger head', 'batch', head.batch, this.#number);
    this.#findings.expectEqual('ledger head', 'sequence', head.sequence, this.#lastSequence);
    if (!head.hash.equals(this.#hash))
      this.#findings.add('ledger head', `hash is not that of batch ${this.#number}`);
  }
}
