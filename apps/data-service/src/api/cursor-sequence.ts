import { ProblemError } from '@lastro/service';

/** The sequence that a cursor stands for. @throws ProblemError `invalid_cursor` */
export function cursorSequence(cursor: string): number {
  const sequence = Number(cursor);
  if (!/^[1-9][0-9]*$/.test(cursor) || !Number.isSafeInteger(sequence))
    throw new ProblemError('invalid_cursor');
  return sequence;
}
