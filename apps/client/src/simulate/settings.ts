import { CURRENCY_CODES } from '@lastro/contract';
import { ClientSettingsError } from '../client-settings-error.ts';
import { checkRanges } from '../ranges.ts';

export const OPERATION_KINDS = ['deposit', 'withdrawal', 'transfer'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** How often each kind comes, as weights: 30, 20, 50 and 3, 2, 5 are the same mix. */
export type Mix = Readonly<Record<OperationKind, number>>;

/** What a simulation does. */
export interface SimulationSettings {
  readonly servers: readonly string[];
  readonly key: string;
  /** How many clients send at the same time. */
  readonly clients: number;
  readonly accounts: number;
  readonly mix: Mix;
  /** Operations per second that are due, whether or not the bank keeps up; 0: each client sends when it is free. */
  readonly ratePerSecond: number;
  /** The load ends here, or after `operations`, whichever is first. */
  readonly durationMs: number;
  readonly operations: number;
  /** The same seed gives the same operations in the same order. */
  readonly seed: number;
  /** Largest amount of one operation, minor units. */
  readonly amountMaxMinor: number;
  /** Share of operations that touch the one hot account, percent. */
  readonly hotAccountPercent: number;
  /** Operations in each request; 0: one, by the call of its own kind. */
  readonly bulk: number;
  readonly currency: string;
  /** Longest time after the load for every acknowledged operation to become final. */
  readonly settleTimeoutMs: number;
}

export const SIMULATION_DEFAULTS = {
  clients: 64,
  accounts: 1_000,
  mix: { deposit: 30, withdrawal: 20, transfer: 50 },
  ratePerSecond: 0,
  durationMs: 10_000,
  /** As many as the compact records of one run hold. */
  operations: 100_000_000,
  amountMaxMinor: 100_000,
  hotAccountPercent: 0,
  bulk: 0,
  currency: 'BRL',
  settleTimeoutMs: 120_000,
} as const satisfies Partial<SimulationSettings>;

/** Smallest and largest value of each number, both allowed. */
const RANGES = {
  clients: [1, 10_000],
  accounts: [2, 1_000_000],
  ratePerSecond: [0, 1_000_000],
  durationMs: [1, 86_400_000],
  operations: [1, SIMULATION_DEFAULTS.operations],
  seed: [0, 2 ** 32 - 1],
  amountMaxMinor: [1, 2 ** 32 - 1],
  hotAccountPercent: [0, 100],
  bulk: [0, 10_000],
  settleTimeoutMs: [1, 86_400_000],
} as const satisfies Partial<Record<keyof SimulationSettings, readonly [number, number]>>;

/** @throws ClientSettingsError that names the setting and what it may be. */
export function checkSimulationSettings(settings: SimulationSettings): void {
  checkRanges(settings, RANGES);
  if (!CURRENCY_CODES.includes(settings.currency)) {
    throw new ClientSettingsError(`'${settings.currency}' is not an ISO 4217 currency`);
  }
  const weights = OPERATION_KINDS.map((kind) => settings.mix[kind]);
  if (
    !weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0) ||
    weights.every((weight) => weight === 0)
  ) {
    throw new ClientSettingsError('the mix needs whole weights, and one above 0');
  }
}

/**
 * Reads a mix as people type it: `deposit=30,withdrawal=20,transfer=50`. A kind that is not named has weight 0.
 *
 * @throws ClientSettingsError
 */
export function parseMix(text: string): Mix {
  const mix = { deposit: 0, withdrawal: 0, transfer: 0 };
  for (const part of text.split(',')) {
    const [, kind, weight] = /^\s*([a-z]+)=([0-9]{1,9})\s*$/.exec(part) ?? [];
    if (kind === undefined || !(OPERATION_KINDS as readonly string[]).includes(kind)) {
      throw new ClientSettingsError(
        `'${part}' is not part of a mix: write deposit=30,withdrawal=20,transfer=50`,
      );
    }
    mix[kind as OperationKind] = Number(weight);
  }
  return mix;
}
