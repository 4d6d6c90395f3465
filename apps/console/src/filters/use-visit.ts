import { useSyncExternalStore } from 'react';

let visits = 0;

/**
 * Another number each time that somebody goes to an address or back to one. Filters that change replace the address, and do not count: so
 * fields that are made anew for each visit say what the address says, and keep what is typed in them.
 */
export function useVisit(): number {
  return useSyncExternalStore(subscribe, () => visits);
}

function subscribe(listener: () => void): () => void {
  const note = () => {
    visits += 1;
    listener();
  };
  // The router tells of links as the browser tells of going back.
  const events = ['popstate', 'pushState'];
  for (const event of events) addEventListener(event, note);
  return () => {
    for (const event of events) removeEventListener(event, note);
  };
}
