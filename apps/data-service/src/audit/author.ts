import { AUTHOR_HEADER, SENDER_NAME_PATTERN } from '@lastro/contract';
import { type Principal, ProblemError } from '@lastro/service';
import type { Author } from './audit-trail.ts';

const SENDER_NAME = new RegExp(SENDER_NAME_PATTERN);

/** What a request has that says who sends it. */
interface Signed {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The business service. */
  readonly principal: Principal | null;
}

/** Who asks for a change, as the business service says that sends it. @throws ProblemError `invalid_request` */
export function authorOf({ headers, principal }: Signed): Author {
  const by = headers[AUTHOR_HEADER];
  if (typeof by !== 'string' || !SENDER_NAME.test(by))
    throw new ProblemError('invalid_request', `The header ${AUTHOR_HEADER} must say who asks for it.`);
  return { by, acceptedBy: principal?.name ?? '' };
}
