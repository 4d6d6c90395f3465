import { GENESIS_HASH } from '@lastro/ledger';
import type { Findings } from './findings.ts';
import { int64Bytes, RowHash } from './row-hash.ts';
import type { RowReader } from './row-reader.ts';
import { microsSince2000 } from './micros.ts';
import { OPERATION } from './table-columns.ts';

/** A committed batch as its row says. */
export interface BatchRow {
  readonly number: number;
  readonly firstSequence: number;
  readonly operationCount: number;
  /** RFC 3339, UTC, to the millisecond or, as PostgreSQL keeps it, to the microsecond. */
  readonly postedAt: string;
  readonly hash: Buffer;
}

/** A place in the chain: the newest batch, and the newest operation in it. */
export interface ChainPlace {
  readonly batch: number;
  readonly sequence: number;
  readonly hash: Buffer;
  readonly postedAt: string;
}

/** Where the chain begins, before the first batch. */
export const CHAIN_BEGINNING: ChainPlace = {
  batch: 0,
  sequence: 0,
  hash: GENESIS_HASH,
  postedAt: '2000-01-01T00:00:00.000Z',
};

/**
 * Computes the hash chain again over the stored rows, batch by batch, and compares it with what is stored (I8). The
 * bytes go into the hash as they come: a batch is never in memory as a whole.
 */
export class ChainCheck {
  readonly #findings: Findings;
  #place: ChainPlace;
  #batch: BatchRow | undefined;
  #hash = new RowHash();
  #operationCount = 0;
  /** Operations that no batch's row covers. */
  #strayCount = 0;

  /** What comes after `place` is checked. */
  constructor(findings: Findings, place: ChainPlace) {
    this.#findings = findings;
    this.#place = place;
  }

  /** The operations of `batch` come next; undefined: there are no more batches. */
  begin(batch: BatchRow | undefined): void {
    this.#batch = batch;
    if (batch !== undefined) this.#hash = hashOf(this.#place.hash, batch);
  }

  /** The next operation: of the batch that was begun, unless its own batch's row is missing. */
  add(row: RowReader, sequence: number): void {
    const batch = this.#batch;
    if (batch === undefined || sequence < batch.firstSequence) {
      this.#strayCount += 1;
      return;
    }
    const recorded = row.int64(OPERATION.batch);
    if (recorded !== batch.number)
      this.#findings.expectEqual(`operation ${sequence}`, 'batch', recorded, batch.number);
    this.#operationCount += 1;
    this.#hash.add(row);
  }

  /**
   * All operations of the batch that was begun have been added: checks its row, and goes on from its stored hash, so
   * that one fault is named once.
   */
  finish(): void {
    const batch = this.#batch!;
    const findings = this.#findings;
    const where = `batch ${batch.number}`;
    findings.expectEqual(where, 'number', batch.number, this.#place.batch + 1);
    findings.expectEqual(where, 'first sequence', batch.firstSequence, this.#place.sequence + 1);
    findings.expectEqual(where, 'number of operations found', this.#operationCount, batch.operationCount);
    if (microsSince2000(batch.postedAt) < microsSince2000(this.#place.postedAt))
      findings.add(where, 'was posted before the batch ahead of it');
    const last = batch.firstSequence + batch.operationCount - 1;
    if (!this.#hash.digest().equals(batch.hash)) {
      findings.add(
        where,
        `hash does not fit its operations (${batch.firstSequence} to ${last}): one of them, or the batch, was changed`,
      );
    }
    this.#operationCount = 0;
    this.#place = { batch: batch.number, sequence: last, hash: batch.hash, postedAt: batch.postedAt };
  }

  /** There is nothing more: the last batch must be the one that the head names. */
  finishAt(head: ChainPlace): void {
    const { batch, sequence, hash, postedAt } = this.#place;
    if (this.#strayCount > 0)
      this.#findings.add('batches', `${this.#strayCount} operations belong to none: a row is missing`);
    this.#findings.expectEqual('ledger head', 'batch', head.batch, batch);
    this.#findings.expectEqual('ledger head', 'sequence', head.sequence, sequence);
    if (!head.hash.equals(hash)) this.#findings.add('ledger head', `hash is not that of batch ${batch}`);
    if (microsSince2000(head.postedAt) !== microsSince2000(postedAt))
      this.#findings.expectEqual('ledger head', 'time', head.postedAt, postedAt);
  }
}

/**
 * The hash of a batch, ready for its rows: over the hash before it and its own header (docs/adr/0004). Written here again
 * and not taken from the rules: what checks shares nothing with what writes.
 */
function hashOf(previous: Buffer, batch: BatchRow): RowHash {
  const { number, firstSequence, operationCount, postedAt } = batch;
  const hash = new RowHash();
  hash.addBytes(previous);
  for (const field of [number, firstSequence, operationCount, microsSince2000(postedAt)])
    hash.addBytes(int64Bytes(field));
  return hash;
}
