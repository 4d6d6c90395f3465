import { Operation, Problem, type ProblemCode, PROBLEMS } from '@lastro/contract';
import { type TSchema, Type } from 'typebox';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes one operation: `Idempotency-Key` and `Prefer` are documented. */
    takesOperation?: boolean;
    /** The route takes many operations: `Prefer` is documented. */
    takesOperations?: boolean;
    /** The route takes operations for later, and counts them itself: `Idempotency-Key` is documented. */
    takesSchedule?: boolean;
    /** The route goes on from an event: `Last-Event-ID` is documented. */
    resumesEvents?: boolean;
  }
}

/** What an API description says of a route. */
export function describe(tag: string, operationId: string, summary: string, description: readonly string[]) {
  return {
    tags: [tag],
    operationId,
    summary,
    ...(description.length > 0 ? { description: description.join(' ') } : {}),
  };
}

/** A success with a JSON body. */
export function json(description: string, schema: TSchema) {
  return { description, content: { 'application/json': { schema } } };
}

/** A success that is a stream of events. */
export function eventStream(description: string) {
  return { description, content: { 'text/event-stream': { schema: Type.String() } } };
}

/** A body schema with whole requests as examples. */
export function withExamples<Schema extends TSchema>(schema: Schema, examples: readonly unknown[]): Schema {
  return { ...schema, examples };
}

/** What taking an operation can end in, whatever its type. */
export const INTAKE_PROBLEMS = [
  'invalid_request',
  'invalid_json',
  'invalid_idempotency_key',
  'unauthorized',
  'forbidden',
  'id_conflict',
  'body_too_large',
  'unsupported_media_type',
  'rate_limited',
  'queue_full',
  'queue_unavailable',
  'queue_in_doubt',
  'stopping',
  'request_timeout',
  'headers_too_large',
  'internal_error',
] as const satisfies readonly ProblemCode[];

/** What reading from the ledger can end in. */
export const READ_PROBLEMS = [
  'invalid_request',
  'invalid_cursor',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'ledger_unavailable',
] as const satisfies readonly ProblemCode[];

/** What changing something beside the ledger can end in. */
export const CHANGE_PROBLEMS = [
  ...READ_PROBLEMS,
  'invalid_json',
  'body_too_large',
  'unsupported_media_type',
  'request_timeout',
] as const satisfies readonly ProblemCode[];

/** The problems that a route can answer with, by status. */
export function problems(...codes: readonly ProblemCode[]) {
  const byStatus: Record<number, { description: string; content: object }> = {};
  for (const code of codes) {
    const { status, title } = PROBLEMS[code];
    const line = `\`${code}\`: ${title}`;
    const described = byStatus[status]?.description;
    byStatus[status] = {
      description: described === undefined ? line : `${described}\n\n${line}`,
      content: { 'application/problem+json': { schema: Problem } },
    };
  }
  return byStatus;
}

/** What is said of every route that takes one operation. */
export const TAKEN = [
  'Answers as soon as the operation is on disk; it is posted soon after, and never lost. With `Prefer: wait=SECONDS`',
  'the answer is held for the result. Send it again with the same id as often as you like: it takes effect once.',
];

/** The reasons for which a movement of money between two accounts can be rejected. */
export const MOVEMENT_REASONS = [
  'account_not_found',
  'account_closed',
  'account_frozen',
  'insufficient_funds',
  'currency_mismatch',
  'same_account',
  'balance_overflow',
] as const satisfies readonly ProblemCode[];

/** The answers of a route that takes one operation, which can be rejected for `reasons`. */
export function takenResponses(...reasons: readonly ProblemCode[]) {
  return {
    200: json('Posted.', Operation),
    202: json('Accepted: on disk, not posted yet.', Operation),
    ...problems(...INTAKE_PROBLEMS, ...reasons),
  };
}
