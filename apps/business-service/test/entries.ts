import { uuidv7 } from 'uuidv7';
import type { RecordEntry } from '../src/queue/operation-record.ts';
import type { Outcome, QueuedRecord } from '../src/queue/queue.ts';

/** A deposit as it goes into the queue. */
export function entry(id: string = uuidv7(), description = 'café ☕'): RecordEntry {
  const json = JSON.stringify({
    id,
    type: 'deposit',
    account: 'alice',
    amount: 100,
    description,
    acceptedAt: '2026-11-22T12:00:00.000Z',
  });
  return { id, json, named: { currency: false, amount: true } };
}

export function entries(count: number): RecordEntry[] {
  return Array.from({ length: count }, () => entry());
}

/** The operations in delivered records, in order. */
export function operationsIn(records: readonly QueuedRecord[]): { id: string; json: string }[] {
  return records.flatMap(({ record }) =>
    Array.from({ length: record.count }, (_, index) => ({ id: record.id(index), json: record.json(index) })),
  );
}

export function final(id: string): Outcome {
  return { kind: 'final', status: 'posted', json: JSON.stringify({ id, status: 'posted', currency: 'BRL' }) };
}

export function conflict(id: string): Outcome {
  return {
    kind: 'dead',
    code: 'id_conflict',
    detail: 'taken',
    owner: JSON.stringify({ id, status: 'posted' }),
  };
}

export const MALFORMED: Outcome = { kind: 'dead', code: 'invalid_request', detail: 'it is malformed' };

/** Everything in `records` posts. */
export function allFinal(records: readonly QueuedRecord[]): Outcome[] {
  return operationsIn(records).map(({ id }) => final(id));
}
