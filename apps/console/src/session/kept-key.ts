/**
 * A key that somebody asked to keep for this tab. It ends with the tab, is never in `localStorage`, which outlives it, and never in
 * a URL, which others see.
 */
const ENTRY = 'lastro.key';

export const keptKey = {
  read: (): string | undefined => sessionStorage.getItem(ENTRY) ?? undefined,
  keep: (key: string): void => sessionStorage.setItem(ENTRY, key),
  forget: (): void => sessionStorage.removeItem(ENTRY),
};
