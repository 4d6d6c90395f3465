import { useSyncExternalStore } from 'react';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const ENTRY = 'lastro.theme';
const listeners = new Set<() => void>();

/** The theme that was chosen here; `system` follows the browser. */
function chosenTheme(): Theme {
  const chosen = localStorage.getItem(ENTRY);
  return THEMES.find((theme) => theme === chosen) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(ENTRY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, chosenTheme);
}

/** Whether it is dark now: for what is drawn on a canvas, and cannot follow a style sheet. */
export function useIsDark(): boolean {
  const theme = useTheme();
  const systemIsDark = useSyncExternalStore(subscribeToSystem, () => systemDark().matches);
  return theme === 'system' ? systemIsDark : theme === 'dark';
}

function systemDark(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function subscribeToSystem(listener: () => void): () => void {
  const query = systemDark();
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}
