import { PROBLEMS, type ProblemCode } from '@lastro/contract';

/** An operating error that a client is told about, by its code in the one catalogue. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  /** The operation that the answer shows along with the problem. */
  readonly operation: unknown;

  constructor(code: ProblemCode, detail?: string, options: { cause?: unknown; operation?: unknown } = {}) {
    super(detail ?? PROBLEMS[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.operation = options.operation;
  }

  get statusCode(): number {
    return PROBLEMS[this.code].status;
  }

  /** Whether the same request can succeed when it is sent again. */
  get retryable(): boolean {
    return PROBLEMS[this.code].retryable;
  }
}
