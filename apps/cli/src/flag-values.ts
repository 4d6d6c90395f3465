import {
  ACCOUNT_GRANT_PATTERN,
  conformsTo,
  CURRENCY_CODES,
  FORMS,
  KEY_NAME_PATTERN,
  OperationId,
} from '@lastro/contract';
import { InvalidArgumentError } from 'commander';

/** Readers for values of flags: commander puts the name of the flag before what they say, and ends with status 2. */

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

export function currencyCode(text: string): string {
  const code = text.toUpperCase();
  if (CURRENCY_CODES.includes(code)) return code;
  throw new InvalidArgumentError('It must be an ISO 4217 code such as BRL.');
}

const isOperationId = conformsTo(OperationId);

/** The id that makes it safe to run a command again. */
export function operationId(text: string): string {
  if (isOperationId(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057.');
}

/** The name of a key. */
export function keyName(text: string): string {
  return fitting(text, KEY_NAME_PATTERN);
}

/** One more account, or beginning of accounts, that a key is limited to. */
export function accountGrant(text: string, before: readonly string[] = []): string[] {
  return [...before, fitting(text, ACCOUNT_GRANT_PATTERN)];
}

function fitting(text: string, pattern: string): string {
  if (new RegExp(pattern, 'u').test(text)) return text;
  throw new InvalidArgumentError(`It ${FORMS.get(pattern)}.`);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A length of time such as `90s`, `30m`, `12h`, `7d`, in seconds. */
export function duration(text: string): number {
  const [, count, unit] = /^([1-9][0-9]{0,8})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new InvalidArgumentError('It must be a length of time such as 90s, 30m, 12h or 7d.');
  return Number(count) * UNIT_SECONDS[unit]!;
}

/** An instant (RFC 3339), or a day, which begins at midnight UTC; as the API wants it. */
export function instant(text: string): string {
  const shaped = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const date = new Date(text);
  if (!shaped || Number.isNaN(date.getTime())) {
    throw new InvalidArgumentError(
      'It must be a day such as 2026-11-22, or an instant such as 2026-11-22T12:00:00Z.',
    );
  }
  return date.toISOString();
}

/** A past moment: an instant as above, or the sequence of an operation. */
export function moment(text: string): string | number {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : instant(text);
}
