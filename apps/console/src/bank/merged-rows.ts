/** The rows of pages in turn, each once: a row that a later page has again is left where it was first. */
export function mergedRows<Page, Row>(
  pages: readonly Page[],
  rowsOf: (page: Page) => readonly Row[],
  keyOf: (row: Row) => string | number,
): readonly Row[] {
  const rows = new Map<string | number, Row>();
  for (const page of pages)
    for (const row of rowsOf(page)) if (!rows.has(keyOf(row))) rows.set(keyOf(row), row);
  return [...rows.values()];
}

/** How many pages without a row were read last, in turn. */
export function emptyPagesAtEnd<Page>(
  pages: readonly Page[],
  rowsOf: (page: Page) => readonly unknown[],
): number {
  return pages.length - 1 - pages.findLastIndex((page) => rowsOf(page).length > 0);
}
