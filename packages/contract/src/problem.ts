import { REASONS, REASON_NAMES, type Reason } from '@lastro/ledger';
import { type Static, Type } from 'typebox';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Whether sending the same request again, with the same id, can succeed. */
  readonly retryable: boolean;
}

const rejections = Object.fromEntries(
  REASON_NAMES.map((reason) => [reason, { status: 422, title: REASONS[reason].sentence, retryable: false }]),
) as Record<Reason, ProblemKind>;

/**
 * Every problem that a Lastro service can answer with, by its stable code (RFC 9457). A retired code is
 * never used for something else. Rejections by the rules of money come from the ledger's own catalogue.
 */
export const PROBLEMS = {
  ...rejections,
  invalid_request: { status: 400, title: 'The request does not fit the schema.', retryable: false },
  invalid_json: { status: 400, title: 'The body is not valid JSON.', retryable: false },
  invalid_idempotency_key: {
    status: 400,
    title: 'Idempotency-Key must be a UUID, and agree with the id in the body.',
    retryable: false,
  },
  webhook_url_refused: {
    status: 400,
    title: 'Events are not sent to such a URL: it must be https, without a user, and no private address.',
    retryable: false,
  },
  exchange_amount: {
    status: 400,
    title: 'The amount that is bought is nothing, too large, or not what the rate gives.',
    retryable: false,
  },
  invalid_cursor: { status: 400, title: 'The cursor is not one that this list gave out.', retryable: false },
  duplicate_id: { status: 400, title: 'Two operations of one request have the same id.', retryable: false },
  unauthorized: { status: 401, title: 'A valid key is needed: Authorization: Bearer KEY.', retryable: false },
  forbidden: { status: 403, title: 'The key is not allowed to do this.', retryable: false },
  route_not_found: { status: 404, title: 'There is nothing at this path.', retryable: false },
  operation_not_found: { status: 404, title: 'No operation has this id.', retryable: false },
  account_unknown: { status: 404, title: 'No account has this id.', retryable: false },
  hold_unknown: { status: 404, title: 'No hold has this id.', retryable: false },
  dead_letter_not_found: { status: 404, title: 'No dead letter holds this operation.', retryable: false },
  key_not_found: { status: 404, title: 'No key has this name.', retryable: false },
  monitor_not_found: { status: 404, title: 'No monitor has this id.', retryable: false },
  webhook_not_found: { status: 404, title: 'No webhook has this id.', retryable: false },
  webhook_dead_letter_not_found: {
    status: 404,
    title: 'The event is not on the dead-letter list of this webhook.',
    retryable: false,
  },
  batch_not_found: { status: 404, title: 'No batch has this number.', retryable: false },
  verification_not_found: {
    status: 404,
    title: 'No verification with this id is remembered.',
    retryable: false,
  },
  play_unavailable: {
    status: 404,
    title: 'There is nothing to play with: the bank was not started by lastro up.',
    retryable: false,
  },
  play_service_not_found: {
    status: 404,
    title: 'No service of this name is run by lastro up.',
    retryable: false,
  },
  schedule_not_found: { status: 404, title: 'No schedule has this id.', retryable: false },
  method_not_allowed: { status: 405, title: 'The path does not take this method.', retryable: false },
  request_timeout: { status: 408, title: 'The request took too long to arrive.', retryable: true },
  id_conflict: {
    status: 409,
    title: 'This id belongs to an operation with another content.',
    retryable: false,
  },
  dead_letter_kept: {
    status: 409,
    title: 'An accepted operation is not removed. Send the dead letter again instead.',
    retryable: false,
  },
  key_exists: {
    status: 409,
    title: 'A key has, or had, this name: names are never used again.',
    retryable: false,
  },
  key_revoked: { status: 409, title: 'The key is revoked, for good. Make another.', retryable: false },
  subscription_limit: {
    status: 409,
    title: 'There are as many webhooks, or monitors, as there may be. Delete one first.',
    retryable: false,
  },
  schedule_started: {
    status: 409,
    title: 'The schedule has started: its operations cannot be called back any more.',
    retryable: false,
  },
  schedule_limit: {
    status: 409,
    title: 'There are as many waiting schedules as there may be. Cancel one first.',
    retryable: false,
  },
  play_refused: {
    status: 409,
    title: 'That cannot be done from here, or not now.',
    retryable: false,
  },
  body_too_large: { status: 413, title: 'The body is larger than the limit.', retryable: false },
  uri_too_long: { status: 414, title: 'The path is longer than the limit.', retryable: false },
  unsupported_media_type: { status: 415, title: 'Send Content-Type: application/json.', retryable: false },
  rate_limited: {
    status: 429,
    title: 'The key has sent more than its limit allows. Nothing was taken; send it again later.',
    retryable: true,
  },
  headers_too_large: { status: 431, title: 'The headers are larger than the limit.', retryable: false },
  internal_error: {
    status: 500,
    title: 'A fault of ours. The log has the details under the request id.',
    retryable: true,
  },
  queue_full: {
    status: 503,
    title: 'The queue is at its limit. Nothing was taken; send it again later.',
    retryable: true,
  },
  queue_unavailable: {
    status: 503,
    title: 'The queue cannot be written to right now. Nothing was taken; send it again later.',
    retryable: true,
  },
  queue_in_doubt: {
    status: 503,
    title: 'Whether the queue has it is not known. Send it again with the same id: it takes effect once.',
    retryable: true,
  },
  ledger_unavailable: {
    status: 503,
    title: 'The ledger cannot be reached right now. Send it again later.',
    retryable: true,
  },
  ledger_behind: {
    status: 503,
    title: 'The ledger lacks what it had committed. Nothing is posted until it has that again.',
    retryable: true,
  },
  ledger_unsafe: {
    status: 503,
    title: 'PostgreSQL is set up so that promises would not hold. Nothing is posted until it is not.',
    retryable: true,
  },
  ledger_busy: {
    status: 503,
    title: 'Too many operations wait to be committed. Send them again later.',
    retryable: true,
  },
  identity_provider_unavailable: {
    status: 503,
    title: 'The identity provider of this token cannot be reached right now. Send it again later.',
    retryable: true,
  },
  too_many_streams: {
    status: 503,
    title: 'As many streams of events are open as there may be. Try another service, or again later.',
    retryable: true,
  },
  exports_busy: {
    status: 503,
    title: 'Too many exports are under way. Ask for it again later.',
    retryable: true,
  },
  play_busy: {
    status: 503,
    title: 'The lastro up that runs this bank does not answer right now. Ask it again later.',
    retryable: true,
  },
  stopping: {
    status: 503,
    title: 'The service is stopping. Send it to another, or again later.',
    retryable: true,
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI for the kind of problem.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Enum([...PROBLEM_CODES], { description: 'Stable: programs decide by it.' }),
    detail: Type.Optional(Type.String({ description: 'What is wrong with this very request.' })),
    operation: Type.Optional(Type.Unknown({ description: 'The operation, where there is one.' })),
  },
  { title: 'Problem' },
);
export type Problem = Static<typeof Problem>;

/** The body of an error answer. `detail` must never carry a secret. */
export function problemBody(code: ProblemCode, detail?: string, operation?: unknown): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:lastro:problem:${code}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(operation === undefined ? {} : { operation }),
  };
}
