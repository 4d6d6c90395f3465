import assert from 'node:assert/strict';

/** What differs from run to run, in the order in which it is looked for. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, 'INSTANT'],
  [/\b[0-9a-f]{64}\b/g, 'HASH'],
  [/UUID,\d+,/g, 'UUID,SEQUENCE,'],
  [/\(\d+\.\d s\)/g, '(SECONDS)'],
];

/**
 * Holds what came out against what a page shows. `json`: every field that is shown is there, with its value. Anything else: the same
 * lines, where a line `...` stands for any others. Ids, instants, hashes and durations may differ.
 *
 * @throws AssertionError
 */
export function assertShown(form: string, shown: string, came: string, place: string): void {
  if (form === 'json') {
    const [expected, actual] = [shown, came].map((text) => JSON.parse(masked(text)) as unknown);
    assert.deepEqual(shownPart(actual, expected), expected, place);
    return;
  }
  const lines = masked(shown).trimEnd().split('\n');
  const pattern = lines.map((line) => (line === '...' ? '(?:.*\\n)*?' : `${escaped(line)}\\n`)).join('');
  assert.match(`${masked(came).trimEnd()}\n`, new RegExp(`^${pattern}$`), place);
}

/** Of what came, what the page shows: fields that it leaves out may be there. */
function shownPart(came: unknown, shown: unknown): unknown {
  if (typeof came !== 'object' || came === null || typeof shown !== 'object' || shown === null) return came;
  if (Array.isArray(came)) return came.map((item, index) => shownPart(item, (shown as unknown[])[index]));
  const fields = Object.entries(came).filter(([name]) => name in shown);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, shownPart(value, (shown as Record<string, unknown>)[name])]),
  );
}

function masked(text: string): string {
  const clean = text.replaceAll('\r', '').replace(/ +$/gm, '');
  return VARYING.reduce((now, [pattern, name]) => now.replace(pattern, name), clean);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
