import { conformsTo, OperationId } from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import { uuidv7 } from 'uuidv7';

const isOperationId = conformsTo(OperationId);

/** The id of an operation, in lower case. */
export interface RequestedId {
  readonly id: string;
  /** The client gave none, so it was made here. */
  readonly isNew: boolean;
}

/**
 * The operation's id from the `Idempotency-Key` header or the body, or a new one.
 *
 * @throws ProblemError `invalid_idempotency_key`: no UUID, or the two do not agree.
 */
export function requestedId(header: string | string[] | undefined, bodyId: string | undefined): RequestedId {
  const inBody = bodyId?.toLowerCase();
  if (header === undefined)
    return inBody === undefined ? { id: uuidv7(), isNew: true } : { id: inBody, isNew: false };
  // The draft standard has it in quotes, most clients have not: both are welcome.
  const key = String(header)
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  if (!isOperationId(key))
    throw new ProblemError('invalid_idempotency_key', 'The Idempotency-Key header is not a UUID.');
  if (inBody !== undefined && inBody !== key) {
    throw new ProblemError(
      'invalid_idempotency_key',
      "The Idempotency-Key header and the body's id differ. Send one of them.",
    );
  }
  return { id: key, isNew: false };
}
