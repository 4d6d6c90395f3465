import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

/** Reads one filter out of a URL; `undefined` where the text is none, since anybody can write a URL. */
export type FilterReader<Value> = (text: string) => Value | undefined;

/** What is to be set, or with `undefined` taken away. */
export type FilterChanges<Filters> = { readonly [Name in keyof Filters]?: Filters[Name] | undefined };

export type FilterReaders<Filters> = {
  readonly [Name in keyof Filters]-?: FilterReader<NonNullable<Filters[Name]>>;
};

/** What fits stays, what does not is left out. */
export function readFilters<Filters extends object>(
  search: URLSearchParams,
  readers: FilterReaders<Filters>,
): Filters {
  const read = Object.entries<FilterReader<unknown>>(readers).flatMap(([name, reader]) => {
    const text = search.get(name);
    const value = text === null || text === '' ? undefined : reader(text);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(read) as Filters;
}

/** As they stand in a URL; what is not set, does not. */
export function writeFilters(filters: object): URLSearchParams {
  const set = Object.entries(filters as Record<string, unknown>).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
}

/** Filters that live in the URL, so that a view can be shared: it has no key in it. */
export function useUrlFilters<Filters extends object>(
  read: (search: URLSearchParams) => Filters,
): readonly [filters: Filters, change: (changed: FilterChanges<Filters>) => void, clear: () => void] {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => read(search), [read, search]);
  const change = useCallback(
    (changed: FilterChanges<Filters>) =>
      setSearch((before) => writeFilters({ ...read(before), ...changed }), { replace: true }),
    [read, setSearch],
  );
  const clear = useCallback(() => setSearch(new URLSearchParams(), { replace: true }), [setSearch]);
  return [filters, change, clear];
}

export function textThatFits(pattern: RegExp): FilterReader<string> {
  return (text) => (pattern.test(text) ? text : undefined);
}

export function oneOf<Name extends string>(names: readonly Name[]): FilterReader<Name> {
  return (text) => names.find((name) => name === text);
}

export function wholeNumber(min: number): FilterReader<number> {
  return (text) => {
    const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(number) && number >= min ? number : undefined;
  };
}

/** An instant, as exact as a URL has it, in UTC. */
export const instant: FilterReader<string> = (text) => {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
};
