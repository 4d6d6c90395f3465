/** RFC 3339 has four digits for the year, and an offset can lead out of them; the past is all the same. */
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant from which something holds, as it is kept: in UTC. */
export function keptInstant(instant: string): string {
  return new Date(Math.min(Math.max(Date.parse(instant), 0), LATEST_MS)).toISOString();
}
