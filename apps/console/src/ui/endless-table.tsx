import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Pages } from '../bank/use-pages.ts';
import { Button } from './button.tsx';
import styles from './endless-table.module.css';
import { Failure } from './states.tsx';
import { useIsNarrow, useIsTight } from './use-is-narrow.ts';

export interface EndlessColumn<Row> {
  readonly name: string;
  readonly label: string;
  /** Its width, as a track of a grid. */
  readonly track: string;
  /** Figures: at the right, digit under digit. */
  readonly isNumber?: boolean;
  /** Left out where there is little room, as on a tablet. */
  readonly isExtra?: boolean;
  /** Where it goes when there is no room for columns; absent: nowhere. */
  readonly narrow?: 'title' | 'figure' | 'note' | 'aside';
  readonly cell: (row: Row) => ReactNode;
}

interface EndlessTableProps<Row> {
  /** What is in it; read out. */
  readonly label: string;
  readonly columns: readonly EndlessColumn<Row>[];
  readonly pages: Pages<Row>;
  readonly keyOf: (row: Row) => string | number;
  /** Where a press anywhere on the row leads; the first column is the link. */
  readonly hrefOf: (row: Row) => string;
}

const ROW_HEIGHT = 40;
const NARROW_ROW_HEIGHT = 64;
const OVERSCAN = 12;
/** The next page is asked for this many rows before the end is in sight. */
const AHEAD = 30;

/**
 * A list without an end in sight: it scrolls with the page, draws only what is near the window, and asks for the next page before its end
 * is reached. Where there is no room for columns, a row is two lines.
 */
export function EndlessTable<Row>(props: EndlessTableProps<Row>) {
  const { label, pages, keyOf, hrefOf } = props;
  const isNarrow = useIsNarrow();
  const isTight = useIsTight();
  const columns = props.columns.filter(({ isExtra }) => isExtra !== true || !isTight);
  const height = isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const { body, shown, size, offset } = useShownRows(pages.rows.length, height);
  useMoreAhead(pages, shown.at(-1)?.index ?? 0);
  const tracks = columns.map(({ track }) => track).join(' ');
  return (
    <>
      <div
        className={styles['table']}
        role="table"
        aria-label={label}
        aria-rowcount={pages.hasMore ? -1 : pages.rows.length + 1}
        data-narrow={isNarrow || undefined}
      >
        <div className={styles['head']} role="rowgroup">
          <div className={styles['labels']} role="row" style={{ gridTemplateColumns: tracks }}>
            {columns.map((column) => (
              <span key={column.name} role="columnheader" data-number={column.isNumber || undefined}>
                {column.label}
              </span>
            ))}
          </div>
        </div>
        <div ref={body} role="rowgroup" className={styles['body']} style={{ height: size }}>
          {shown.map(({ index, start }) => {
            const row = pages.rows[index]!;
            return (
              <div
                key={keyOf(row)}
                role="row"
                aria-rowindex={index + 2}
                className={styles['row']}
                style={{
                  height,
                  transform: `translateY(${start - offset}px)`,
                  ...(isNarrow ? {} : { gridTemplateColumns: tracks }),
                }}
              >
                <Cells row={row} columns={columns} isNarrow={isNarrow} href={hrefOf(row)} />
              </div>
            );
          })}
        </div>
      </div>
      <EndOfRows pages={pages} />
    </>
  );
}

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly EndlessColumn<Row>[];
  readonly isNarrow: boolean;
  readonly href: string;
}

function Cells<Row>({ row, columns, isNarrow, href }: CellsProps<Row>) {
  return columns
    .filter(({ narrow }) => !isNarrow || narrow !== undefined)
    .map((column, index) => (
      <div
        key={column.name}
        role="cell"
        className={styles['cell']}
        data-number={column.isNumber || undefined}
        data-place={column.narrow}
      >
        {index === 0 ? (
          <Link href={href} className={styles['link']}>
            {column.cell(row)}
          </Link>
        ) : (
          column.cell(row)
        )}
      </div>
    ));
}

/** The rows near the window, and where they are. */
function useShownRows(count: number, height: number) {
  const body = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setOffset(Math.round(body.current!.getBoundingClientRect().top + window.scrollY));
    // Whatever is above may have grown, and the page with it.
    const resized = new ResizeObserver(measure);
    resized.observe(document.body);
    measure();
    return () => resized.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: offset,
  });
  useLayoutEffect(() => virtual.measure(), [virtual, height]);
  return { body, shown: virtual.getVirtualItems(), size: virtual.getTotalSize(), offset };
}

function useMoreAhead<Row>(pages: Pages<Row>, lastShown: number): void {
  const { rows, canGoOn, more } = pages;
  const isNearEnd = lastShown + AHEAD >= rows.length;
  useEffect(() => {
    if (isNearEnd && canGoOn) more();
  }, [isNearEnd, canGoOn, more]);
}

/** What is after the last row: nothing more, more on its way, or why not. */
function EndOfRows<Row>({ pages }: { readonly pages: Pages<Row> }) {
  const { t } = useTranslation();
  const { error, rows, hasMore, hasPaused, more } = pages;
  if (rows.length > 0 && error !== null) return <Failure error={error} height="6rem" onRetry={more} />;
  return (
    <div className={styles['end']} role="status">
      {hasPaused && (
        <>
          <span>{t('rows.paused')}</span>
          <Button onClick={more}>{t('rows.goOn')}</Button>
        </>
      )}
      {!hasPaused && t(hasMore ? 'states.loading' : 'rows.end')}
    </div>
  );
}
