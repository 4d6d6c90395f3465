import type { Operation, Problem, ProblemCode } from '@lastro/contract';
import type { HttpAnswer } from './transport.ts';

/** What an answer says that is neither a success nor a problem of the catalogue: a proxy's page, say. */
export const UNEXPECTED_ANSWER = 'unexpected_answer';

/** Whether the same request, with the same id, may succeed when it is sent again. */
export function isRetryableStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** The bank answered with a problem. Decide by `code`; it is stable. */
export class LastroProblemError extends Error {
  override readonly name = 'LastroProblemError';
  readonly code: ProblemCode | typeof UNEXPECTED_ANSWER;
  readonly status: number;
  /** What is wrong with this very request, in English; what its code means in general is not repeated. */
  readonly detail: string | undefined;
  /** Whether the same request, with the same id, may succeed later. */
  readonly retryable: boolean;
  /** The operation that the problem is about, with its final result when it was rejected. */
  readonly operation: Operation | undefined;

  constructor(answer: HttpAnswer) {
    const problem = problemOf(answer.body);
    super(
      problem === undefined
        ? `the server answered ${answer.status} with something that a Lastro service does not say`
        : sentence(problem),
    );
    this.code = problem?.code ?? UNEXPECTED_ANSWER;
    this.status = answer.status;
    this.detail = problem?.detail === problem?.title ? undefined : problem?.detail;
    this.retryable = isRetryableStatus(answer.status);
    this.operation = (problem?.operation ?? undefined) as Operation | undefined;
  }
}

/**
 * No server gave a final answer within the limits of the client. When `mayHaveBeenTaken`, the outcome is
 * unknown: send the same request again with the same ids, now or later, and it takes effect at most once (I2).
 */
export class LastroUnreachableError extends Error {
  override readonly name = 'LastroUnreachableError';
  /** Ids of the operations that were sent, in order; empty for a read. */
  readonly ids: readonly string[];
  /** False only when the request certainly reached no server. */
  readonly mayHaveBeenTaken: boolean;
  readonly attempts: number;

  constructor(ids: readonly string[], attempts: number, mayHaveBeenTaken: boolean, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`no answer after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${reason}`, { cause });
    this.ids = ids;
    this.attempts = attempts;
    this.mayHaveBeenTaken = mayHaveBeenTaken;
  }
}

function problemOf(body: unknown): Problem | undefined {
  const candidate = body as Partial<Problem> | null | undefined;
  return typeof candidate?.code === 'string' && typeof candidate.title === 'string'
    ? (candidate as Problem)
    : undefined;
}

function sentence({ title, detail }: Problem): string {
  return detail === undefined || detail === title ? title : `${title} ${detail}`;
}
