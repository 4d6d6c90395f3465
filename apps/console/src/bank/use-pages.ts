import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useSession } from '../session/session.ts';
import { emptyPagesAtEnd, mergedRows } from './merged-rows.ts';

/** A list that is read page by page, as far as somebody has gone. */
export interface Pages<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  /** Whether the next page is to be asked for as soon as its rows are near. */
  readonly canGoOn: boolean;
  /** Many pages had no row: whether to look further is for whoever looks. */
  readonly hasPaused: boolean;
  readonly more: () => void;
  /** Reads it again from its beginning. */
  readonly refresh: () => void;
}

interface PagesOptions<Page, Row> {
  /** Of everything that the list depends on. */
  readonly queryKey: QueryKey;
  /** @param cursor of the page; `undefined`: the first. */
  readonly read: (cursor: string | undefined) => Promise<Page>;
  readonly rowsOf: (page: Page) => readonly Row[];
  readonly keyOf: (row: Row) => string | number;
  /** Reads the first page again so often, until a second was read: who reads on is not disturbed. */
  readonly followEveryMs?: number;
}

/** So many pages without a row in turn, and it stops until it is told to go on. */
const EMPTY_PAGES_MAX = 5;

/**
 * Reads a list whose pages have a `nextCursor`. What was read stays as it was, so that nothing moves under whoever reads; `refresh` reads
 * it again. Its functions keep their identity only as long as `rowsOf` and `keyOf` do.
 */
export function usePages<Page extends { readonly nextCursor?: string }, Row>(
  options: PagesOptions<Page, Row>,
): Pages<Row> & { readonly first: Page | undefined } {
  const { queryKey, read, rowsOf, keyOf, followEveryMs } = options;
  const { queries } = useSession();
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam === '' ? undefined : pageParam),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) =>
      followEveryMs !== undefined && (state.data?.pages.length ?? 1) === 1 && followEveryMs,
  });
  const { data, failureReason, hasNextPage, isFetching, fetchNextPage, refetch } = query;
  const error = query.error ?? failureReason;
  const pages = data?.pages;
  const rows = useMemo(() => mergedRows(pages ?? [], rowsOf, keyOf), [pages, rowsOf, keyOf]);
  const isPaused = hasNextPage && emptyPagesAtEnd(pages ?? [], rowsOf) >= EMPTY_PAGES_MAX;
  const more = useCallback(() => {
    void (hasNextPage ? fetchNextPage({ cancelRefetch: false }) : refetch());
  }, [hasNextPage, refetch, fetchNextPage]);
  return {
    first: pages?.[0],
    rows,
    isLoading: pages === undefined && error === null,
    error,
    hasMore: hasNextPage,
    canGoOn: hasNextPage && !isFetching && !isPaused && error === null,
    hasPaused: isPaused && !isFetching,
    more,
    refresh: () => void queries.resetQueries({ queryKey }),
  };
}
