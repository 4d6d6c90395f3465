import { PROBLEMS, type ProblemCode } from '@lastro/contract';

interface ProblemOptions {
  readonly cause?: unknown;
  readonly operation?: unknown;
  readonly retryAfterSeconds?: number;
}

/** An operating error that a client is told about, by its code in the one catalogue. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  /** The operation that the answer shows along with the problem. */
  readonly operation: unknown;
  /** When sending it again can help; absent: what the kind of problem says. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail?: string, options: ProblemOptions = {}) {
    super(detail ?? PROBLEMS[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.operation = options.operation;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get statusCode(): number {
    return PROBLEMS[this.code].status;
  }

  /** Whether the same request can succeed when it is sent again. */
  get retryable(): boolean {
    return PROBLEMS[this.code].retryable;
  }
}
