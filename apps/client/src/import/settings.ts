import { CURRENCY_CODES, DEFAULT_CURRENCY, OPERATIONS_PER_REQUEST_MAX } from '@lastro/contract';
import { ClientSettingsError } from '../client-settings-error.ts';
import { checkRanges } from '../ranges.ts';

/** What an import does. */
export interface ImportSettings {
  readonly file: string;
  readonly servers: readonly string[];
  readonly key: string;
  /** Of rows that name none. */
  readonly currency: string;
  /** Checks every row, asks the bank what would come of them, and writes nothing. */
  readonly dryRun: boolean;
  /** Sends the good rows of a file although others are bad. */
  readonly skipBad: boolean;
  /** Where every line that failed is written, as CSV. */
  readonly failedLinesFile?: string | undefined;
  /** Rows in one request. */
  readonly rowsPerRequest: number;
  /** Requests under way at once for each business service, where the order of the file allows it. */
  readonly partitionsPerServer: number;
  /** Longest time that one request is sent again and again before the import gives up. */
  readonly patienceMs: number;
}

export const IMPORT_DEFAULTS = {
  currency: DEFAULT_CURRENCY,
  dryRun: false,
  skipBad: false,
  rowsPerRequest: 2_000,
  partitionsPerServer: 2,
  patienceMs: 120_000,
} as const satisfies Partial<ImportSettings>;

const RANGES = {
  rowsPerRequest: [1, OPERATIONS_PER_REQUEST_MAX],
  partitionsPerServer: [1, 64],
  patienceMs: [1, 86_400_000],
} as const;

/** @throws ClientSettingsError that names the setting and what it may be. */
export function checkImportSettings(settings: ImportSettings): void {
  if (!CURRENCY_CODES.includes(settings.currency)) {
    throw new ClientSettingsError(`'${settings.currency}' is not an ISO 4217 currency`);
  }
  checkRanges(settings, RANGES);
}
