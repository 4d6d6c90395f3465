const MICROSECONDS_1970_TO_2000 = 946_684_800_000_000;
const TO_MILLISECONDS = 'YYYY-MM-DDTHH:MM:SS.mmm'.length;

/**
 * An instant (RFC 3339, UTC) as PostgreSQL's binary form has it, to the microsecond: `Date` would not see a change
 * smaller than a millisecond. NaN for what is no instant.
 */
export function microsSince2000(instant: string): number {
  const micros = Number(instant.slice(TO_MILLISECONDS, -1));
  return Date.parse(`${instant.slice(0, TO_MILLISECONDS)}Z`) * 1000 + micros - MICROSECONDS_1970_TO_2000;
}
