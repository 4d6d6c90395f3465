import type { Operation } from '@lastro/contract';
import type { Outcome } from '../queue/queue.ts';

/** What the data service says became of one operation. */
export type Verdict =
  | { readonly operation: Operation }
  | { readonly conflict: Operation | null }
  | { readonly malformed: string };

/** The data service's answer has not the shape that was agreed: nothing in it is believed. */
export class MisshapenAnswerError extends Error {
  override readonly name = 'MisshapenAnswerError';
}

/**
 * Reads the answer to a batch of operations with these ids, and checks all that is later relied on: one
 * verdict for each operation, each about that very operation, and each final.
 *
 * @throws MisshapenAnswerError
 */
export function readBatchAnswer(text: string, ids: Iterable<string>, count: number): Verdict[] {
  const results = parseResults(text);
  if (results.length !== count)
    throw new MisshapenAnswerError(`${results.length} results for ${count} operations`);
  let index = 0;
  for (const id of ids) {
    checkVerdict(results[index], id, index);
    index += 1;
  }
  return results as Verdict[];
}

function parseResults(text: string): unknown[] {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new MisshapenAnswerError('the answer is not JSON', { cause: error });
  }
  const results = isObject(answer) ? answer['results'] : undefined;
  if (!Array.isArray(results)) throw new MisshapenAnswerError('the answer has no results');
  return results;
}

function checkVerdict(verdict: unknown, id: string, index: number): void {
  if (!isObject(verdict)) throw new MisshapenAnswerError(`result ${index} is no object`);
  const { operation, conflict, malformed } = verdict;
  if (operation !== undefined) checkFinal(operation, id, index);
  else if (conflict !== undefined && conflict !== null) checkFinal(conflict, id, index);
  else if (conflict === undefined && typeof malformed !== 'string') {
    throw new MisshapenAnswerError(`result ${index} says nothing`);
  }
}

/** A result that was given to a waiting client cannot be taken back (I6), so it must be the right one. */
function checkFinal(operation: unknown, id: string, index: number): void {
  if (!isObject(operation) || operation['id'] !== id) {
    throw new MisshapenAnswerError(`result ${index} is not about operation ${id}`);
  }
  const { status, reason } = operation;
  const isFinal = status === 'posted' || (status === 'rejected' && typeof reason === 'string');
  if (!isFinal) throw new MisshapenAnswerError(`result ${index}, operation ${id}, is not final`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A verdict as the queue keeps it. */
export function outcomeOf(verdict: Verdict): Outcome {
  if ('operation' in verdict) return { kind: 'final', json: JSON.stringify(verdict.operation) };
  if ('malformed' in verdict) return { kind: 'dead', code: 'invalid_request', detail: verdict.malformed };
  const { conflict } = verdict;
  if (conflict === null) {
    return {
      kind: 'dead',
      code: 'id_conflict',
      detail: 'Another operation of the same atomic group has an id that belongs to another operation.',
    };
  }
  const detail = 'The ledger has another operation with this id.';
  return { kind: 'dead', code: 'id_conflict', detail, owner: JSON.stringify(conflict) };
}
