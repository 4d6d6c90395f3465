import {
  BatchRequest,
  KNOWN_HEAD_HEADER,
  type KnownHead,
  knownHeadText,
  readKnownHead,
  validateSubmittedOperation,
} from '@lastro/contract';
import type { AcceptedOperation } from '@lastro/ledger';
import type { HttpServer, RequestSpans, Span } from '@lastro/service';
import type { CommitQueue } from '../commit/commit-queue.ts';
import type { CommitResult } from '../commit/decide-batch.ts';
import { operationJson } from './operation-json.ts';

export const BATCHES_PATH = '/v1/batches';

/** POST /v1/batches: the one way in which anything is written. `spans`: of the requests that are traced. */
export function addBatchRoutes(app: HttpServer, commits: CommitQueue, spans?: RequestSpans): void {
  app.post(
    BATCHES_PATH,
    { config: { scope: 'operate' }, schema: { body: BatchRequest } },
    async (request, reply) => {
      const { body, principal, headers } = request;
      const told = readKnownHead(headers[KNOWN_HEAD_HEADER]);
      const sender = principal?.name ?? '';
      const answer = await answerBatch(commits, body.operations, sender, spans?.of(request), told);
      if (commits.newestHead !== undefined)
        reply.header(KNOWN_HEAD_HEADER, knownHeadText(commits.newestHead));
      return reply.type('application/json; charset=utf-8').send(answer);
    },
  );
}

/**
 * Commits what is well formed of a batch that business service `acceptedBy` sent, and took, where an operation names no other. Gives the contract's `BatchAnswer`
 * as JSON text, each result on a line of its own, so that it can be cut into results without being parsed. `told`: what the
 * business service knows to be committed.
 * @throws what `CommitQueue.submit` throws: nothing is known about the outcome, and the batch may be sent again.
 */
export async function answerBatch(
  commits: CommitQueue,
  candidates: readonly unknown[],
  acceptedBy: string,
  span?: Span,
  told?: KnownHead,
): Promise<string> {
  span?.set({ 'lastro.operations': candidates.length, 'lastro.accepted_by': acceptedBy });
  return answerEach(candidates, acceptedBy, async (accepted) =>
    (await commits.submit(accepted, span, told)).map(resultJson),
  );
}

/** Checks each operation by itself, has `decide` make the results of those that are well formed, and puts all in order. */
export async function answerEach(
  candidates: readonly unknown[],
  acceptedBy: string,
  decide: (accepted: readonly AcceptedOperation[]) => Promise<readonly string[]>,
): Promise<string> {
  const { accepted, malformed } = checkEach(candidates, acceptedBy);
  const results = accepted.length === 0 ? [] : await decide(accepted);
  return `{"results":[\n${merge(candidates.length, malformed, results).join(',\n')}\n]}`;
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
      // The body is ours alone: adding to it is cheaper than copying it.
      const operation: { acceptedBy?: string | undefined } = checked.value;
      operation.acceptedBy ??= acceptedBy;
      operations.push(operation as AcceptedOperation);
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

/** The results of what was committed and of what was malformed, in the order of the batch. */
function merge(count: number, malformed: Checked['malformed'], results: readonly string[]): string[] {
  const merged: string[] = [];
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    const fault = malformed.get(index);
    merged.push(fault === undefined ? results[next++]! : JSON.stringify({ malformed: fault }));
  }
  return merged;
}

/** One result as it stands in a `BatchAnswer`. */
export function resultJson(result: CommitResult): string {
  if ('operation' in result) return `{"operation":${operationJson(result.operation)}}`;
  return `{"conflict":${result.conflict === null ? 'null' : operationJson(result.conflict)}}`;
}
