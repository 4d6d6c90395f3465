import type { Operation, OperationListQuery } from '@lastro/contract';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import {
  type FilterChanges,
  type FilterReaders,
  instant,
  oneOf,
  readFilters,
  textThatFits,
  wholeNumber,
} from '../../filters/url-filters.ts';
import { CURRENCY } from '../../money/currency-digits.ts';

/** What the list can be narrowed to: as the bank is asked. */
export type OperationFilters = Omit<OperationListQuery, 'cursor' | 'limit'>;

/** What the list is narrowed to in all: the bank has no filter for a currency, so the list leaves out the others by itself. */
export type OperationListFilters = OperationFilters & { readonly currency?: string };

type Named = Pick<
  OperationFilters,
  'account' | 'type' | 'status' | 'reason' | 'from' | 'to' | 'amountMin' | 'amountMax'
>;

export const STATUSES = ['posted', 'rejected'] as const;

/** Most keys of metadata in one search; tests hold these to the contract. */
export const METADATA_FILTERS_MAX = 5;
export const METADATA_KEY = /^(?!__proto__$)[A-Za-z0-9_.:-]{1,64}$/;
const METADATA_VALUE = /^[^\p{Cc}\p{Cs}]{1,500}$/u;
const METADATA_PREFIX = 'metadata.';

/** Names of the texts: the bank has no others. */
const NAME = /^[a-z_]{1,40}$/;

const READERS: FilterReaders<Named> = {
  account: textThatFits(ACCOUNT_ID),
  type: textThatFits(NAME) as (text: string) => Operation['type'] | undefined,
  status: oneOf(STATUSES),
  reason: textThatFits(NAME) as (text: string) => Operation['reason'],
  from: instant,
  to: instant,
  amountMin: wholeNumber(1),
  amountMax: wholeNumber(1),
};

/** The filters that a URL says: metadata as `metadata.KEY=text`. */
export function readOperationFilters(search: URLSearchParams): OperationFilters {
  const metadata = [...search]
    .filter(([name, value]) => {
      const key = name.slice(METADATA_PREFIX.length);
      return name.startsWith(METADATA_PREFIX) && METADATA_KEY.test(key) && METADATA_VALUE.test(value);
    })
    .slice(0, METADATA_FILTERS_MAX);
  return { ...readFilters<Named>(search, READERS), ...Object.fromEntries(metadata) };
}

/** With the currency that amounts are written in. */
export function readOperationListFilters(search: URLSearchParams): OperationListFilters {
  const currency = search.get('currency') ?? '';
  return { ...readOperationFilters(search), ...(CURRENCY.test(currency) && { currency }) };
}

/** The pairs of key and text among the filters. */
export function metadataOf(filters: OperationFilters): readonly (readonly [key: string, value: string])[] {
  return Object.entries(filters)
    .filter(([name, value]) => name.startsWith(METADATA_PREFIX) && value !== undefined)
    .map(([name, value]) => [name.slice(METADATA_PREFIX.length), String(value)]);
}

/** As a filter; `undefined` takes it away. */
export function metadataFilter(key: string, value: string | undefined): FilterChanges<OperationFilters> {
  return { [`${METADATA_PREFIX}${key}`]: value };
}

/** `order=A-77`: the key, and the text that is looked for; `undefined` while it is no such pair. */
export function metadataPairOf(text: string): readonly [key: string, value: string] | undefined {
  const at = text.indexOf('=');
  const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  return at > 0 && METADATA_KEY.test(key) && METADATA_VALUE.test(value) ? [key, value] : undefined;
}
