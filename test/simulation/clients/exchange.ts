import { createHash } from 'node:crypto';
import type { Random } from '../world/random.ts';
import type { IdentifiedRequest } from './operation-mix.ts';

/** Body of POST /v1/exchanges. */
export interface Exchange {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly currency: string;
  readonly toCurrency: string;
  readonly rate: string;
  readonly toAmount?: number;
}

const BRL_ACCOUNTS = ['a-1', 'a-2', 'a-3', 'a-4'];
/** Decimal digits of the minor unit. */
const DIGITS: Readonly<Record<string, number>> = { BRL: 2, USD: 2, JPY: 0 };
const ACCOUNT_IN: Readonly<Record<string, string>> = { USD: 'usd-1', JPY: 'jpy-1' };
/** With these, much comes to a half exactly, some to nothing at all. */
const RATES = ['0.5', '2.5', '0.25', '25.5', '50', '0.1841', '0.00004'];

/**
 * An exchange between BRL and another currency, out of an account that often has not enough; now and then to an account of a
 * third currency, or for an amount that the client has worked out by itself.
 */
export function randomExchange(random: Random): Exchange {
  const [own = '', stranger = ''] = random.shuffled(BRL_ACCOUNTS);
  const foreign = random.pick(['USD', 'USD', 'JPY'] as const);
  const other = random.chance(0.1) ? stranger : ACCOUNT_IN[foreign]!;
  const exchange = {
    id: random.uuid(),
    amount: random.whole(1, 300),
    rate: random.pick(RATES),
    ...(random.chance(0.7)
      ? { from: own, to: other, currency: 'BRL', toCurrency: foreign }
      : { from: other, to: own, currency: foreign, toCurrency: 'BRL' }),
  };
  const { nearest } = convert(exchange);
  if (nearest === 0 || random.chance(0.7)) return exchange;
  // One more or less may be agreed on, two are too many.
  return { ...exchange, toAmount: Math.max(1, nearest + random.pick([0, 1, -1, 2])) };
}

/** The same id, and another exchange. */
export function otherExchange(random: Random, exchange: Exchange): Exchange {
  const { toAmount: _, ...rest } = exchange;
  return random.chance(0.5)
    ? { ...rest, amount: exchange.amount + 1 }
    : { ...rest, rate: random.pick(RATES.filter((rate) => rate !== exchange.rate)) };
}

/**
 * The two transfers that it comes to, as the API says: out of the one currency, and into the other, both with the rate.
 * None where the API has to refuse it.
 */
export function transfersOf(exchange: Exchange): IdentifiedRequest[] {
  const { id, from, to, amount, currency, toCurrency, rate } = exchange;
  const { nearest } = convert(exchange);
  const { toAmount = nearest } = exchange;
  if (nearest === 0 || Math.abs(toAmount - nearest) > 1) return [];
  const transfer = { type: 'transfer' as const, rate };
  const sold = { from, to: `@fx.${currency}`, amount, currency };
  const bought = { from: `@fx.${toCurrency}`, to, amount: toAmount, currency: toCurrency };
  return [
    { ...transfer, id, ...sold },
    { ...transfer, id: secondIdOf(id), ...bought },
  ];
}

/** Whether the amount bought was half way between two minor units, and so was rounded to the even one. */
export function isRoundedToEven(exchange: Exchange): boolean {
  return exchange.toAmount === undefined && convert(exchange).isHalfWay && transfersOf(exchange).length > 0;
}

/** What the amount comes to, in minor units: the whole number that is nearest to it, and of two that are, the even one. */
function convert({ amount, currency, toCurrency, rate }: Exchange): { nearest: number; isHalfWay: boolean } {
  const [units = '', decimals = ''] = rate.split('.');
  const parts = BigInt(amount) * BigInt(units + decimals) * 10n ** BigInt(DIGITS[toCurrency]!);
  const ofWhole = 10n ** BigInt(DIGITS[currency]! + decimals.length);
  const below = parts / ofWhole;
  const toBelow = parts - below * ofWhole;
  const toAbove = ofWhole - toBelow;
  const even = below % 2n === 0n ? below : below + 1n;
  if (toBelow === toAbove) return { nearest: Number(even), isHalfWay: true };
  return { nearest: Number(toBelow < toAbove ? below : below + 1n), isHalfWay: false };
}

/** The UUID of version 5 (RFC 9562) of the name `exchange` under the id of the first transfer. */
function secondIdOf(id: string): string {
  const space = Buffer.from(id.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(space).update('exchange').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
