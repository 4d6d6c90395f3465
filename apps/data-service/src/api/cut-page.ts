/**
 * Cuts a page out of rows that were asked for with one more than `limit`: that one tells whether there is a next page,
 * which begins after the last row of this one. `cursorOf` gives the place of a row.
 */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): { readonly page: readonly Row[]; readonly next: { readonly nextCursor?: string } } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    page,
    next: rows.length > limit && last !== undefined ? { nextCursor: cursorOf(last) } : {},
  };
}
