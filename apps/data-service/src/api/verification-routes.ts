import { SubmittedVerification, type Verification, VerificationParams } from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import type { Verifications } from '../system/verifications.ts';

/** Verifications of the whole ledger, in the paths and shapes of the public API; but the id and the sender come with the request. */
export function addVerificationRoutes(app: HttpServer, verifications: Verifications): void {
  app.post(
    '/v1/verifications',
    { config: { scope: 'operate' }, schema: { body: SubmittedVerification } },
    ({ body }, reply) => reply.code(202).send(verifications.start(body)),
  );

  app.get(
    '/v1/verifications/:id',
    { config: { scope: 'read' }, schema: { params: VerificationParams } },
    ({ params }): Verification => {
      if (verifications.latest?.id !== params.id) throw new ProblemError('verification_not_found');
      return verifications.latest;
    },
  );

  app.delete(
    '/v1/verifications/:id',
    { config: { scope: 'operate' }, schema: { params: VerificationParams } },
    ({ params }): Verification => {
      const verification = verifications.cancel(params.id);
      if (verification === undefined) throw new ProblemError('verification_not_found');
      return verification;
    },
  );
}
