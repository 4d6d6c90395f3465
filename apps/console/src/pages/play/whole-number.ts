/** A whole number from 1 to `max` as it was typed; `undefined`: it is none. */
export function wholeNumber(text: string, max: number): number | undefined {
  const written = text.trim();
  const value = /^\d{1,9}$/.test(written) ? Number(written) : 0;
  return value >= 1 && value <= max ? value : undefined;
}
