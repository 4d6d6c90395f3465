import { useLayoutEffect } from 'react';

/** Addresses whose place is remembered; the oldest goes first. */
const PLACES_MAX = 100;

const places = new Map<string, number>();
let wentBackTo: string | undefined;

const here = () => location.pathname + location.search;

/** Notes where somebody has scrolled to. Called before anything is drawn: whoever listens first hears first that somebody goes back. */
export function notePlaces(): void {
  history.scrollRestoration = 'manual';
  addEventListener('popstate', () => (wentBackTo = here()));
  addEventListener(
    'scroll',
    () => {
      places.delete(here());
      places.set(here(), window.scrollY);
      if (places.size > PLACES_MAX) places.delete(places.keys().next().value!);
    },
    { passive: true },
  );
}

/** A link leads to the top of a page; going back, to where somebody had scrolled to on it. */
export function useScrollPlaces(path: string): void {
  // Before it is painted: what was read is there at once, as long as the list.
  useLayoutEffect(() => {
    window.scrollTo(0, wentBackTo === here() ? (places.get(here()) ?? 0) : 0);
    wentBackTo = undefined;
  }, [path]);
}
