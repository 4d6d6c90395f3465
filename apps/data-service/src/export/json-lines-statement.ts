import type { ExportedStatement, StatementWriter } from './statement-writer.ts';

/**
 * One JSON object a line: `{"statement": ...}` first, `{"entry": ...}` for each entry in the form of the API, and
 * `{"end": ...}` with their number. Amounts are whole minor units.
 */
export function jsonLinesStatement(statement: ExportedStatement): StatementWriter {
  let count = 0;
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  return {
    head: () => line({ statement }),
    entries(entries) {
      count += entries.length;
      return entries.map((entry) => line({ entry })).join('');
    },
    end: () => line({ end: { entries: count } }),
  };
}
