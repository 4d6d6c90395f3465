import fastifyCors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** All that our APIs take. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];
/** What a page may send, beside what every page may. */
const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'Prefer', 'Traceparent'],
];
/** What a page may read of an answer, beside what every page may. */
const ANSWER_HEADERS = [
  ...['Allow', 'Content-Disposition', 'Location', 'Preference-Applied', 'Retry-After', 'WWW-Authenticate'],
];
/** How long a browser need not ask again. */
const MAX_AGE_SECONDS = 600;

/**
 * Lets pages of these origins call the API from browsers (CORS); pages of others are answered as before. There are no
 * cookies, so credentials are never allowed: a page has a key, or it gets nothing. To be called before hooks are added
 * that ask who sends, as browsers ask beforehand without a key.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  const allowed = new Set(origins);
  const options = {
    origin: (origin: string | undefined, done: (error: Error | null, allow: string | false) => void) =>
      done(null, origin !== undefined && allowed.has(origin) ? origin : false),
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: ANSWER_HEADERS,
    maxAge: MAX_AGE_SECONDS,
    credentials: false,
    // Whoever sends OPTIONS without asking for anything gets an answer of ours.
    strictPreflight: false,
  };
  // Called rather than registered: what is registered begins when the hooks of the server are there already.
  fastifyCors(app, options, (error) => {
    if (error !== undefined) throw error;
  });
}
