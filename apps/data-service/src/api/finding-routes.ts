import {
  grantedAccounts,
  LedgerOperationListQuery,
  metadataFilters,
  METADATA_FILTERS_MAX,
  type OperationListQuery,
  type TrialBalance,
  TrialBalanceQuery,
  PAGE_SIZE_DEFAULT,
} from '@lastro/contract';
import { type HttpServer, ProblemError } from '@lastro/service';
import type { LedgerFinder, OperationSearch } from '../projection/ledger-finder.ts';
import type { LedgerStore } from '../storage/store.ts';
import type { ReadsFor } from './lagging-reads.ts';
import { operationJson } from './operation-json.ts';
import { cursorSequence } from './cursor-sequence.ts';

const config = { scope: 'read' } as const;

/** Searches, and sums over the whole ledger; in the paths and shapes of the public API. */
export function addFindingRoutes(
  app: HttpServer,
  store: LedgerStore,
  finder: LedgerFinder,
  reads: ReadsFor = () => store,
): void {
  app.get(
    '/v1/operations',
    { config, schema: { querystring: LedgerOperationListQuery } },
    async ({ query }, reply) => {
      const { operations, upToSequence, nextCursor } = await finder.operations(searchOf(query));
      const next = nextCursor === undefined ? '' : `,"nextCursor":"${nextCursor}"`;
      return reply
        .type('application/json; charset=utf-8')
        .send(
          `{"operations":[${operations.map(operationJson).join(',')}],"upToSequence":${upToSequence}${next}}`,
        );
    },
  );

  app.get(
    '/v1/trial-balance',
    { config, schema: { querystring: TrialBalanceQuery } },
    async ({ query: { at } }, reply): Promise<TrialBalance> => {
      const { sequence, lines } = await (at === undefined
        ? reads(reply).trialBalance()
        : finder.trialBalanceAt(at));
      return {
        sequence,
        currencies: lines.map((line) => ({ ...line, balanced: line.debit === line.credit })),
      };
    },
  );
}

function searchOf(query: OperationListQuery & { readonly accounts?: string }): OperationSearch {
  const granted = query.accounts === undefined ? undefined : grantedAccounts(query.accounts.split(','));
  const { account, type, status, reason, from, to, amountMin, amountMax, limit = PAGE_SIZE_DEFAULT } = query;
  const metadata = metadataFilters(query);
  if (metadata.length > METADATA_FILTERS_MAX)
    throw new ProblemError(
      'invalid_request',
      `querystring has more than ${METADATA_FILTERS_MAX} keys of metadata`,
    );
  const cursor = query.cursor === undefined ? undefined : cursorSequence(query.cursor);
  return {
    ...{ account, granted, type, status, reason, from, to, amountMin, amountMax },
    ...{ metadata, cursor, limit },
  };
}
