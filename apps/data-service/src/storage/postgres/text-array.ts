/**
 * A one-dimensional array as text (manual, "Array Input and Output Syntax"): each element quoted, so that nothing in
 * it means anything. For short arrays; see binary-arrays.ts for those that every batch has.
 */
export function textArray(values: readonly (string | null)[]): string {
  const elements = values.map((value) =>
    value === null ? 'NULL' : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return `{${elements.join(',')}}`;
}
