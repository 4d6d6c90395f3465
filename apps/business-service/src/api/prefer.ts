/** What a client prefers about the time of the answer (RFC 7240). */
export interface WaitPreference {
  /** How long the answer may be held for the final result; 0: not at all. */
  readonly waitMs: number;
  /** For `Preference-Applied`. */
  readonly applied: string;
}

const WAIT = /^wait\s*=\s*"?(\d{1,9})"?$/i;
const RESPOND_ASYNC = /^respond-async$/i;

let last:
  | { readonly header: string; readonly waitMaxMs: number; readonly preference: WaitPreference | undefined }
  | undefined;

/**
 * Reads `Prefer: wait=SECONDS` (which wins) or `Prefer: respond-async`; the first of each counts. Anything else
 * is `undefined`: a preference that is not understood is no error.
 */
export function readWaitPreference(
  header: string | string[] | undefined,
  waitMaxMs: number,
): WaitPreference | undefined {
  if (header === undefined) return undefined;
  const text = String(header);
  // Clients hardly ever change their minds.
  if (last?.header !== text || last.waitMaxMs !== waitMaxMs)
    last = { header: text, waitMaxMs, preference: parse(text, waitMaxMs) };
  return last.preference;
}

function parse(header: string, waitMaxMs: number): WaitPreference | undefined {
  const preferences = header.split(',').map((preference) => preference.split(';', 1)[0]!.trim());
  const wait = preferences
    .map((preference) => WAIT.exec(preference)?.[1])
    .find((seconds) => seconds !== undefined);
  if (wait !== undefined) {
    const waitMs = Math.min(Number(wait) * 1000, waitMaxMs);
    return { waitMs, applied: `wait=${Math.floor(waitMs / 1000)}` };
  }
  const immediate = preferences.some((preference) => RESPOND_ASYNC.test(preference));
  return immediate ? { waitMs: 0, applied: 'respond-async' } : undefined;
}
