import type { ProblemCode } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import { type describe, json, problems, READ_PROBLEMS } from './documentation.ts';
import type { LedgerReads } from './ledger-reads.ts';

/** A read of the ledger: a GET that the data services answer too, under the same path. */
export interface LedgerRead {
  readonly path: string;
  readonly doc: ReturnType<typeof describe>;
  /** `read`, unless it is told. */
  readonly scope?: 'read' | 'admin';
  /** Customers read it too, as far as it is theirs; `instead` sees to that. */
  readonly listsOwn?: boolean;
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly answer: TSchema;
  /** What it can end in, beside what every read can. */
  readonly problems?: readonly ProblemCode[];
}

/**
 * Adds reads of the ledger. They are checked here, by the same schemas as in the ledger, and passed on as they came;
 * `instead` may answer a request without asking the ledger for it.
 */
export function addLedgerReads(
  app: HttpServer,
  ledger: LedgerReads,
  reads: readonly LedgerRead[],
  instead?: (read: LedgerRead, request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  for (const read of reads) {
    const { path, doc, scope = 'read', listsOwn = false, params, querystring, answer } = read;
    app.get(
      path,
      {
        config: { scope, listsOwn },
        schema: {
          ...doc,
          ...(params === undefined ? {} : { params }),
          ...(querystring === undefined ? {} : { querystring }),
          response: {
            200: json('As it stands in the ledger.', answer),
            ...problems(...READ_PROBLEMS, ...(read.problems ?? [])),
          },
        },
      },
      (request, reply) => instead?.(read, request, reply) ?? ledger.passRequest(request, reply),
    );
  }
}
