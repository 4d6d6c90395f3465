import { useSyncExternalStore } from 'react';

/** As the style sheets have them: below, a table is a list; and the navigation has no room for words beside its icons. */
const narrow = matchMedia('(max-width: 719px)');
const tight = matchMedia('(max-width: 1023px)');

/** Whether there is no room for columns. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => follow(narrow, listener),
    () => narrow.matches,
  );
}

/** Whether there is no room for many columns. */
export function useIsTight(): boolean {
  return useSyncExternalStore(
    (listener) => follow(tight, listener),
    () => tight.matches,
  );
}

function follow(query: MediaQueryList, listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}
