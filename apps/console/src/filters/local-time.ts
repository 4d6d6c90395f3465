/** `2026-11-23T14:03`, in the zone of whoever looks, as an `input` of the type `datetime-local` has it. */
export function localTimeOf(instant: string | undefined): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, local.endsWith('00.000Z') ? 16 : 19);
}

/** The instant that is written in such an input; `undefined`: none is. */
export function instantOfLocalTime(text: string): string | undefined {
  const ms = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
