import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { describeFault, type Fault, problemBody, PROBLEMS, type ProblemCode } from '@lastro/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { trackMethods } from './allowed-methods.ts';
import { ProblemError } from './problem-error.ts';

/** What a client should wait before it tries a 503 again. */
export const RETRY_AFTER_SECONDS = 1;

/** Fastify's own refusals, by its codes, in the words of our catalogue. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
};

/** Makes every answer that is not a success a problem of RFC 9457 from the one catalogue. Before any route is added. */
export function answerErrorsWithProblems(
  app: FastifyInstance,
  toProblem: (error: unknown) => unknown = (error) => error,
): void {
  app.setErrorHandler((error, request, reply) =>
    answerError(toProblem(error) as FastifyError, request, reply),
  );
  const allowedMethods = trackMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    const allowed = allowedMethods(path).join(', ');
    if (allowed === '') return sendProblem(reply, 'route_not_found', `${request.method} ${shown(path)}`);
    return sendProblem(
      reply.header('allow', allowed),
      'method_not_allowed',
      `${shown(path)} takes ${allowed}`,
    );
  });
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ProblemError) {
    // A full queue refuses thousands a second, and that is no news; a failure beneath is.
    if (error.statusCode >= 500)
      request.log[error.cause === undefined ? 'debug' : 'warn']({ err: error, reqId: request.id }, 'refused');
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
    return sendProblem(reply, error.code, error.message, error.operation);
  }
  if (error.validation !== undefined) {
    const fault = error.validation[0] as Fault | undefined;
    return sendProblem(reply, 'invalid_request', describeFault(fault, error.validationContext ?? 'request'));
  }
  const code = FRAMEWORK_PROBLEMS[error.code];
  if (code !== undefined) return sendProblem(reply, code, error.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return sendProblem(reply, 'invalid_request', error.message);
  }
  request.log.error({ err: error, reqId: request.id }, 'a fault of ours');
  return sendProblem(reply, 'internal_error', `request id ${request.id}`);
}

/** No browser takes an answer for something else than it is, and nobody on the way keeps what it says of money. */
export function setSecurityHeaders(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
}

export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail?: string,
  operation?: unknown,
): FastifyReply {
  const { status } = PROBLEMS[code];
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  // Once more, for requests that were refused before any hook was run.
  setSecurityHeaders(reply);
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(code, detail, operation));
}

/** What arrived could not be read as a request: Node's codes, our problems, and a sentence. */
const BROKEN_REQUESTS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The whole request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request line and headers are too large.'],
};
const NOT_HTTP = ['invalid_request', 'What was received is not a complete HTTP request.'] as const;

/** How long a peer may take to read why it was refused, before its connection is cut. */
const REFUSAL_TIMEOUT_MS = 1_000;

/** Answers bytes that are not HTTP, before there is a request. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // Whoever has opened a connection ahead of time and not used it has asked nothing that could be answered.
  const isUnused = socket.bytesRead === 0;
  if (error.code === 'ECONNRESET' || !socket.writable || isUnused || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const [code, detail] = BROKEN_REQUESTS[error.code ?? ''] ?? NOT_HTTP;
  refuseConnection(socket, code, detail);
}

/** Answers with a problem where there is no request that could be answered, and ends the connection. */
export function refuseConnection(socket: Socket, code: ProblemCode, detail: string): void {
  const body = JSON.stringify(problemBody(code, detail));
  const { status } = PROBLEMS[code];
  socket.setTimeout(REFUSAL_TIMEOUT_MS, () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `x-content-type-options: nosniff\r\ncache-control: no-store\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/**
 * Whether a whole request is being answered on this connection, so that what is broken came after it. A refusal
 * would be read as the answer to that request, which may have been taken; without one the client knows that it
 * does not know. (Node's own handler looks at the same property.)
 */
function isAnswering(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  const answer = socket._httpMessage;
  return answer !== undefined && answer !== null && (answer.req.complete || answer.headersSent);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

const PATH_SHOWN_MAX = 200;

function shown(path: string): string {
  return path.length <= PATH_SHOWN_MAX ? path : `${path.slice(0, PATH_SHOWN_MAX)}...`;
}
