import type { Socket } from 'node:net';
import { describeFault, problemBody, PROBLEMS, type ProblemCode } from '@lastro/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from './problem-error.ts';

/** What a client should wait before it tries a 503 again. */
export const RETRY_AFTER_SECONDS = 1;

/** Fastify's own refusals, by its codes, in the words of our catalogue. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
};

/** Makes every answer that is not a success a problem of RFC 9457 from the one catalogue. */
export function answerErrorsWithProblems(
  app: FastifyInstance,
  toProblem: (error: unknown) => unknown = (error) => error,
): void {
  app.setErrorHandler((error, request, reply) =>
    answerError(toProblem(error) as FastifyError, request, reply),
  );
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 'route_not_found', `${request.method} ${pathOf(request)}`),
  );
}

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ProblemError) {
    if (error.statusCode >= 500) request.log.warn({ err: error }, 'refused');
    return sendProblem(reply, error.code, error.message, error.operation);
  }
  if (error.validation !== undefined) {
    return sendProblem(
      reply,
      'invalid_request',
      describeFault(error.validation[0] as never, error.validationContext ?? 'request'),
    );
  }
  const code = FRAMEWORK_PROBLEMS[error.code] ?? (error instanceof SyntaxError ? 'invalid_json' : undefined);
  if (code !== undefined) return sendProblem(reply, code, error.message);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return sendProblem(reply, 'invalid_request', error.message);
  }
  request.log.error({ err: error }, 'a fault of ours');
  return sendProblem(reply, 'internal_error', `request id ${request.id}`);
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
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problemBody(code, detail, operation));
}

const CLIENT_ERROR_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Answers bytes that are not HTTP, before there is a request. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CLIENT_ERROR_PROBLEMS[error.code ?? ''] ?? 'invalid_request';
  const body = JSON.stringify(problemBody(code, 'The bytes received are not a complete HTTP request.'));
  socket.end(
    `HTTP/1.1 ${PROBLEMS[code].status} Error\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]?.slice(0, 200) ?? '';
}
