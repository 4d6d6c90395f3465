import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problem-error.ts';

/**
 * Bodies are JSON in UTF-8 and nothing else. Bytes that are no UTF-8 would be read as replacement
 * characters, and an operation would be stored that nobody sent: they are refused.
 */
export function acceptOnlyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) {
      done(new ProblemError('invalid_json', 'The body is not text in UTF-8.'));
      return;
    }
    void parseJson(request, body.toString(), (error: Error | null, value?: unknown) => {
      if (error === null) done(null, value);
      else done(new ProblemError('invalid_json', error.message));
    });
  });
}
