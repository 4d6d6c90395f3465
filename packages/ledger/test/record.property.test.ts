import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AcceptedOperation,
  type AppliedOperation,
  batchHash,
  BinaryWriter,
  contentOfRecord,
  type Details,
  GENESIS_HASH,
  operationTypeOf,
  reasonOf,
  RecordReader,
  sameContent,
  writeRecord,
} from '../src/index.ts';
import { batches } from './arbitrary-batches.ts';
import { LedgerInMemory } from './ledger-in-memory.ts';

const instant = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const words = fc.string({ unit: 'grapheme', maxLength: 20 });

/** Everything that a random bank has stored, as accepted by some business service at some instant. */
const storedOperations = fc.tuple(batches, words, instant).map(([history, acceptedBy, acceptedAt]) => {
  const ledger = new LedgerInMemory();
  for (const batch of history) {
    ledger.results(batch);
    ledger.pass(10);
  }
  return ledger.operations().map((operation): AppliedOperation<AcceptedOperation> => {
    return { ...operation, content: { ...operation.content, acceptedBy, acceptedAt } };
  });
});

/** The records of `operations`, in bytes, and where each begins. */
function written(operations: readonly AppliedOperation<AcceptedOperation>[]) {
  const writer = new BinaryWriter();
  const starts = operations.map((operation) => {
    const start = writer.length;
    writeRecord(writer, operation, 7);
    return start;
  });
  return { bytes: Buffer.from(writer.written()), starts };
}

describe('the canonical record of an operation (I8)', () => {
  it('reads back as what was written: the whole content, the result, and both entries', () => {
    fc.assert(
      fc.property(storedOperations, (operations) => {
        const reader = new RecordReader(written(operations).bytes);
        for (const operation of operations) {
          const record = reader.next()!;
          const posting = operation.status === 'posted' ? operation.posting : undefined;
          expect(record).toMatchObject({
            sequence: operation.sequence,
            idHex: operation.content.id.replaceAll('-', ''),
            batch: 7,
            debit: posting ? withoutId(posting.debit) : partyOf(operation, 'debit'),
            credit: posting ? withoutId(posting.credit) : partyOf(operation, 'credit'),
          });
          const reason = operation.status === 'rejected' ? operation.reason : undefined;
          expect(record.reasonNumber === undefined ? undefined : reasonOf(record.reasonNumber)).toBe(reason);
          const legs = posting && { debit: posting.debit.accountId, credit: posting.credit.accountId };
          const fixed = { ...record, id: operation.content.id, type: operationTypeOf(record.typeNumber)! };
          const content = contentOfRecord(fixed, legs, JSON.parse(record.details ?? '{}') as Details);
          expect(sameContent(content, operation.content)).toBe(true);
          expect(content).toMatchObject({
            acceptedAt: operation.content.acceptedAt,
            acceptedBy: operation.content.acceptedBy,
          });
        }
        expect(reader.next()).toBeUndefined();
      }),
    );
  });

  it('is the same in every version, byte for byte, or no old chain could be checked again', () => {
    const leg = (accountNumber: number, entry: number, previousSequence: number, balance: number) => ({
      accountNumber,
      accountId: 'any',
      entry,
      previousSequence,
      balance,
    });
    const operation: AppliedOperation<AcceptedOperation> = {
      status: 'posted',
      sequence: 9,
      content: {
        id: '01890a5d-ac96-774b-bcce-b302099a8057',
        type: 'transfer',
        from: 'alice',
        to: 'bob',
        amount: 2_500,
        description: 'aluguel',
        acceptedBy: 'negócio',
        acceptedAt: '2026-11-22T12:00:00.000Z',
      },
      posting: {
        amount: 2_500,
        currency: 'BRL',
        debit: leg(2, 5, 8, -7_500),
        credit: leg(3, 1, 0, Number.MAX_SAFE_INTEGER),
      },
    };
    const writer = new BinaryWriter();
    writeRecord(writer, operation, 3);
    // Both were computed once by another program, from the description of the format.
    expect(writer.length).toBe(217);
    expect(createHash('sha256').update(writer.written()).digest('hex')).toBe(
      'bea7152cc387ad9803b18d9c3aed3324fa161e7a8e187c7bb7e87d585a603698',
    );
  });

  it('is not read before its last byte is there', () => {
    fc.assert(
      fc.property(storedOperations, fc.nat(), (operations, cut) => {
        const { bytes, starts } = written(operations);
        const end = cut % (bytes.length + 1);
        const reader = new RecordReader(bytes.subarray(0, end));
        let whole = 0;
        while (reader.next() !== undefined) whole += 1;
        expect(whole).toBe([...starts.slice(1), bytes.length].filter((start) => start <= end).length);
        expect(reader.offset).toBe([...starts, bytes.length][whole]);
      }),
    );
  });
});

describe('the hash of a batch (I8)', () => {
  const header = { number: 3, firstSequence: 9, operationCount: 2, postedAt: '2026-11-22T12:00:00.000Z' };
  const records = Buffer.from('what the records say');
  const hash = batchHash(GENESIS_HASH, header, records);

  it('changes with any byte of any record', () => {
    fc.assert(
      fc.property(storedOperations, fc.nat(), fc.integer({ min: 1, max: 255 }), (operations, place, flip) => {
        const { bytes } = written(operations);
        const changed = Buffer.from(bytes);
        changed[place % bytes.length]! ^= flip;
        expect(batchHash(GENESIS_HASH, header, changed)).not.toEqual(batchHash(GENESIS_HASH, header, bytes));
      }),
    );
  });

  it.each([
    ['number', { number: 4 }],
    ['first sequence', { firstSequence: 10 }],
    ['operation count', { operationCount: 1 }],
    ['instant', { postedAt: '2026-11-22T12:00:00.001Z' }],
  ])('covers the %s of the batch', (_field, change) => {
    expect(batchHash(GENESIS_HASH, { ...header, ...change }, records)).not.toEqual(hash);
  });

  it('covers the hash before it, so that no batch can be taken out or moved', () => {
    expect(batchHash(hash, header, records)).not.toEqual(hash);
  });

  it('is the same on every machine and in every version', () => {
    expect(hash.toString('hex')).toBe('7cce9368d8bf3fbad21ed05028180ba9f3a0563155b85a31de53c64fac01f288');
  });
});

describe('a 64-bit field', () => {
  it('holds every safe integer exactly, as two’s complement', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const writer = new BinaryWriter();
        writer.int64(value);
        expect(writer.written().readBigInt64BE(0)).toBe(BigInt(value));
      }),
      {
        examples: [[0], [-1], [Number.MAX_SAFE_INTEGER], [Number.MIN_SAFE_INTEGER], [2 ** 32], [-(2 ** 32)]],
      },
    );
  });
});

/** An account that the operation is about and has no entry on. */
function partyOf(operation: AppliedOperation, side: 'debit' | 'credit') {
  const accountNumber = operation.status === 'posted' ? operation.parties?.[side] : undefined;
  return accountNumber === undefined
    ? undefined
    : { accountNumber, entry: NaN, previousSequence: NaN, balance: NaN };
}

function withoutId<Part extends { readonly accountId: string }>({ accountId: _, ...rest }: Part) {
  return rest;
}
