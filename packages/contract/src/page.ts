import { Type } from 'typebox';

/** Rows in a page when nothing is said, and at most where a list says nothing else. */
export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 1000;

/** `limit` of a list. */
export function pageLimit(sizeMax = PAGE_SIZE_MAX) {
  return Type.Integer({
    minimum: 1,
    maximum: sizeMax,
    default: PAGE_SIZE_DEFAULT,
    description: 'Most rows in one page.',
  });
}

/** `cursor` of a list. */
export function pageCursor(pattern: string) {
  return Type.String({ pattern, description: '`nextCursor` of the page before.' });
}

/** A number that grows with what is listed. */
export const NUMBER_CURSOR_PATTERN = '^[1-9][0-9]{0,14}$';
export const SEQUENCE_CURSOR_PATTERN = '^[1-9][0-9]{0,15}$';
