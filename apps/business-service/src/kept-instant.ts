/** RFC 3339 has four digits for the year, and an offset can lead out of them. */
const EARLIEST_MS = Date.parse('0000-01-01T00:00:00.000Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** An instant from which something holds, as it is kept: in UTC, and in one spelling, however it was written (I7). */
export function keptInstant(instant: string): string {
  return new Date(Math.min(Math.max(Date.parse(instant), EARLIEST_MS), LATEST_MS)).toISOString();
}
