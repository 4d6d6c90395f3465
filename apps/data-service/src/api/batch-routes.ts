import {
  type BatchAnswer,
  BatchRequest,
  type BatchResult,
  validateSubmittedOperation,
} from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import type { HttpServer } from '@lastro/service';
import type { CommitQueue } from '../commit/commit-queue.ts';
import type { CommitResult } from '../commit/decide-batch.ts';
import { operationAnswer } from './operation-answer.ts';

/** POST /v1/batches: the one way in which anything is written. */
export function addBatchRoutes(app: HttpServer, commits: CommitQueue): void {
  app.post(
    '/v1/batches',
    { config: { scope: 'operate' }, schema: { body: BatchRequest } },
    async (request, reply) => {
      const answer = await answerBatch(commits, request.body.operations, request.principal?.name ?? '');
      return reply.type('application/json').serializer(JSON.stringify).send(answer);
    },
  );
}

/**
 * Commits what is well formed of a batch that business service `acceptedBy` sent; one result for each operation.
 * @throws what `CommitQueue.submit` throws: nothing is known about the outcome, and the batch may be sent again.
 */
export async function answerBatch(
  commits: CommitQueue,
  candidates: readonly unknown[],
  acceptedBy: string,
): Promise<BatchAnswer> {
  const { accepted, malformed } = checkEach(candidates, acceptedBy);
  const results = accepted.length === 0 ? [] : await commits.submit(accepted);
  return { results: merge(candidates.length, malformed, results) };
}

interface Checked {
  readonly accepted: readonly AcceptedOperation[];
  /** Index in the batch, and what is wrong there. */
  readonly malformed: ReadonlyMap<number, string>;
}

/** Each operation is judged by itself; of an atomic group, all are malformed when one is (I3). */
function checkEach(candidates: readonly unknown[], acceptedBy: string): Checked {
  const operations: (AcceptedOperation | undefined)[] = [];
  const malformed = new Map<number, string>();
  const spoiledGroups = new Map<string, string>();
  for (const [index, candidate] of candidates.entries()) {
    const checked = validateSubmittedOperation(candidate, 'operation');
    if ('value' in checked) {
      operations.push({ ...checked.value, acceptedBy });
      continue;
    }
    operations.push(undefined);
    malformed.set(index, checked.error);
    const group = (candidate as { group?: unknown } | null)?.group;
    if (typeof group === 'string') spoiledGroups.set(group, checked.error);
  }
  for (const [index, operation] of operations.entries()) {
    const spoiled = operation?.group === undefined ? undefined : spoiledGroups.get(operation.group);
    if (spoiled !== undefined)
      malformed.set(index, `another operation of the atomic group is malformed: ${spoiled}`);
  }
  const accepted = operations.filter((operation, index) => operation !== undefined && !malformed.has(index));
  return { accepted: accepted as AcceptedOperation[], malformed };
}

function merge(
  count: number,
  malformed: Checked['malformed'],
  results: readonly CommitResult[],
): BatchResult[] {
  const merged: BatchResult[] = [];
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    const fault = malformed.get(index);
    merged.push(fault === undefined ? batchResult(results[next++]!) : { malformed: fault });
  }
  return merged;
}

function batchResult(result: CommitResult): BatchResult {
  if ('operation' in result) return { operation: operationAnswer(result.operation) };
  return { conflict: result.conflict && operationAnswer(result.conflict) };
}
