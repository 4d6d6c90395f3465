import type { System } from '@lastro/contract';
import type { LightState } from '../../ui/light.tsx';

/**
 * What the bank promises, as far as it can be told from what its services say now. Nothing is taken for good because it was never
 * looked at, or was so long ago.
 */

/** Debits equal credits (I4): `unknown` when nobody has added up lately. */
export interface MoneyPromise {
  readonly light: LightState;
  /** When it was added up last, `undefined`: never. */
  readonly checkedMsAgo: number | undefined;
}

/** The batches are one unbroken chain (I8). */
export interface ChainPromise {
  readonly light: LightState;
  readonly found: 'never' | 'running' | 'whole' | 'broken' | 'not_ended';
  /** From 0 to 1, while it runs. */
  readonly progress: number;
  readonly verifiedMsAgo: number | undefined;
  /** Posted after what was verified. */
  readonly operationsSince: number;
}

/** What is accepted is posted (I1): how long the oldest operation has waited. */
export interface QueuePromise {
  readonly light: LightState;
  /** `undefined`: nothing waits. */
  readonly waitsMs: number | undefined;
  /** Services that are down and left operations in their queues. */
  readonly heldBy: readonly string[];
}

export interface ServicesPromise {
  readonly light: LightState;
  readonly up: number;
  readonly all: number;
  readonly down: readonly string[];
}

const MONEY_IS_NEWS_MS = 60_000;
const WAIT_IS_LONG_MS = 5_000;
const WAIT_IS_TOO_LONG_MS = 60_000;

export function moneyPromise({ at, money }: System): MoneyPromise {
  if (money === null) return { light: 'unknown', checkedMsAgo: undefined };
  const checkedMsAgo = msBetween(money.at, at);
  const isNews = checkedMsAgo <= MONEY_IS_NEWS_MS;
  const kept: LightState = isNews ? 'good' : 'unknown';
  return {
    light: money.balanced ? kept : 'bad',
    checkedMsAgo,
  };
}

export function chainPromise({ at, verification, ledger }: System): ChainPromise {
  if (verification === null)
    return { light: 'unknown', found: 'never', progress: 0, verifiedMsAgo: undefined, operationsSince: 0 };
  const { state, whole, endedAt, head, operationsChecked, operationsTotal, findingCount } = verification;
  const isBroken = findingCount > 0 || whole === false;
  return {
    ...verdictOf(state, isBroken),
    progress: operationsTotal === 0 ? 0 : operationsChecked / operationsTotal,
    verifiedMsAgo: endedAt === undefined ? undefined : msBetween(endedAt, at),
    operationsSince: Math.max(0, (ledger?.sequence ?? 0) - (head?.sequence ?? 0)),
  };
}

function verdictOf(
  state: NonNullable<System['verification']>['state'],
  isBroken: boolean,
): Pick<ChainPromise, 'light' | 'found'> {
  if (isBroken) return { light: 'bad', found: 'broken' };
  if (state === 'done') return { light: 'good', found: 'whole' };
  return { light: 'unknown', found: state === 'running' ? 'running' : 'not_ended' };
}

export function queuePromise({ at, businessServices }: System): QueuePromise {
  const oldest = businessServices
    .map(({ queue }) => queue?.oldestQueuedAt ?? null)
    .filter((queuedAt) => queuedAt !== null)
    .map((queuedAt) => msBetween(queuedAt, at));
  const waitsMs = oldest.length === 0 ? undefined : Math.max(...oldest);
  const heldBy = businessServices
    .filter(({ state, queue }) => state === 'down' && (queue?.depth ?? 0) > 0)
    .map(({ id }) => id);
  const isUnknown = businessServices.some(({ queue }) => queue === null);
  return { light: queueLight(waitsMs ?? 0, heldBy.length > 0, isUnknown), waitsMs, heldBy };
}

function queueLight(waitsMs: number, isHeld: boolean, isUnknown: boolean): LightState {
  if (waitsMs > WAIT_IS_TOO_LONG_MS) return 'bad';
  if (waitsMs > WAIT_IS_LONG_MS || isHeld) return 'warn';
  return isUnknown ? 'unknown' : 'good';
}

export function servicesPromise({ businessServices, dataServices }: System): ServicesPromise {
  const business = businessServices.map(({ id, state }) => ({ id, state }));
  const data = dataServices.map(({ url, state }) => ({ id: new URL(url).host, state }));
  const services = [...business, ...data, { id: 'PostgreSQL', state: databaseState(dataServices) }];
  const up = services.filter(({ state }) => state === 'up').length;
  const down = services.filter(({ state }) => state === 'down').map(({ id }) => id);
  const isHalted = ![business, data].every((kind) => kind.some(({ state }) => state === 'up'));
  return { light: servicesLight(down, up, services.length, isHalted), up, all: services.length, down };
}

function servicesLight(down: readonly string[], up: number, all: number, isHalted: boolean): LightState {
  if (isHalted || down.includes('PostgreSQL')) return 'bad';
  if (down.length > 0) return 'warn';
  return up === all ? 'good' : 'unknown';
}

/** Only a data service that is up can tell. */
export function databaseState(dataServices: System['dataServices']): 'up' | 'down' | 'unknown' {
  const told = dataServices
    .filter(({ state }) => state === 'up')
    .map(({ report }) => report?.database)
    .filter((database) => database !== undefined);
  if (told.length === 0) return 'unknown';
  return told.includes('up') ? 'up' : 'down';
}

function msBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
