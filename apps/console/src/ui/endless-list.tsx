import type { Pages } from '../bank/use-pages.ts';
import { type EndlessColumn, EndlessTable } from './endless-table.tsx';
import { Empty, Failure, Loading } from './states.tsx';

interface EndlessListProps<Row> {
  /** What is in it; read out. */
  readonly label: string;
  readonly columns: readonly EndlessColumn<Row>[];
  readonly pages: Pages<Row>;
  readonly keyOf: (row: Row) => string | number;
  readonly hrefOf: (row: Row) => string;
  /** Of what stands there until there are rows. */
  readonly height: string;
  readonly emptyTitle: string;
  readonly emptyHint?: string;
}

/** A list that is read as it is scrolled: its rows, or why there are none. */
export function EndlessList<Row>({ height, emptyTitle, emptyHint, ...table }: EndlessListProps<Row>) {
  const { rows, isLoading, error, hasMore, refresh } = table.pages;
  if (isLoading) return <Loading height={height} lines={10} />;
  if (rows.length > 0) return <EndlessTable {...table} />;
  if (error !== null) return <Failure error={error} height={height} onRetry={refresh} />;
  // Pages without a row, and more to come: the table goes on asking.
  if (hasMore) return <EndlessTable {...table} />;
  return <Empty title={emptyTitle} hint={emptyHint} height={height} />;
}
