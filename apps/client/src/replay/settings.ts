import { CURRENCY_CODES } from '@lastro/contract';
import { ClientSettingsError } from '../client-settings-error.ts';
import { checkRanges } from '../ranges.ts';

/** What a replay does. */
export interface ReplaySettings {
  readonly file: string;
  readonly servers: readonly string[];
  readonly key: string;
  readonly currency: string;
  /** Put before each account of the file, so that one bank can hold it more than once. */
  readonly prefix: string;
  /** Rows in one request. */
  readonly rowsPerRequest: number;
  /** Requests under way at the same time for each business service: the file's accounts are dealt out to them. */
  readonly partitionsPerServer: number;
  /** Longest time that one request is sent again and again before the replay gives up. */
  readonly patienceMs: number;
}

export const REPLAY_DEFAULTS = {
  currency: 'CZK',
  prefix: '',
  rowsPerRequest: 1_000,
  partitionsPerServer: 2,
  patienceMs: 120_000,
} as const satisfies Partial<ReplaySettings>;

const RANGES = {
  rowsPerRequest: [1, 10_000],
  partitionsPerServer: [1, 64],
  patienceMs: [1, 86_400_000],
} as const;

/** @throws ClientSettingsError that names the setting and what it may be. */
export function checkReplaySettings(settings: ReplaySettings): void {
  if (!CURRENCY_CODES.includes(settings.currency)) {
    throw new ClientSettingsError(`'${settings.currency}' is not an ISO 4217 currency`);
  }
  if (!/^([A-Za-z0-9][A-Za-z0-9._:-]{0,15})?$/.test(settings.prefix)) {
    throw new ClientSettingsError(
      `the prefix must be letters, digits and . _ : -, 16 at most, and is '${settings.prefix}'`,
    );
  }
  checkRanges(settings, RANGES);
}
