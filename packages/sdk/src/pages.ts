interface Page {
  readonly nextCursor?: string;
}

/** The rows of all pages. A page may be empty while there is another. */
export async function* everyRow<OnePage extends Page, Row>(
  read: (cursor: { readonly cursor?: string }) => Promise<OnePage>,
  rowsOf: (page: OnePage) => readonly Row[],
): AsyncGenerator<Row, void, void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor === undefined ? {} : { cursor });
    yield* rowsOf(page);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
