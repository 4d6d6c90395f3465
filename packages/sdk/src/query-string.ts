/** A query as the end of a path; empty where nothing is asked for. */
export function queryString(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.set(name, String(value));
  }
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}
