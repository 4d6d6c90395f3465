import type { Account, AccountListQuery } from '@lastro/contract';
import {
  type FilterReaders,
  oneOf,
  readFilters,
  textThatFits,
  wholeNumber,
} from '../../filters/url-filters.ts';
import { CURRENCY } from '../../money/currency-digits.ts';

/** What the list can be narrowed to: as the bank is asked. */
export type AccountFilters = Omit<AccountListQuery, 'cursor' | 'limit'>;

/** In the order in which they are offered; a test holds this to the contract. */
export const ACCOUNT_STATUSES = [
  'open',
  'debits_frozen',
  'credits_frozen',
  'frozen',
  'closed',
] as const satisfies readonly Account['status'][];

export const ID_PREFIX = /^@?[A-Za-z0-9._:-]{0,64}$/;
const NAME = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

const READERS: FilterReaders<AccountFilters> = {
  prefix: textThatFits(ID_PREFIX),
  namePrefix: textThatFits(NAME),
  currency: textThatFits(CURRENCY),
  status: oneOf(ACCOUNT_STATUSES),
  balanceMin: wholeNumber(-Number.MAX_SAFE_INTEGER),
  balanceMax: wholeNumber(-Number.MAX_SAFE_INTEGER),
};

/** The filters that a URL says. */
export function readAccountFilters(search: URLSearchParams): AccountFilters {
  return readFilters(search, READERS);
}
