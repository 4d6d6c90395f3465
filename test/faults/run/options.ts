import { randomInt } from 'node:crypto';

const SEED_MAX = 1_000_000;

/** For a run that is told none. */
export function anySeed(): string {
  return String(randomInt(1, SEED_MAX));
}

/** @throws Error when it is anything but a whole number from 1 up. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`'${text}' is not a whole number from 1 up`);
  return value;
}
