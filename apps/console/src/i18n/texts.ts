import type consoleTexts from '../texts/en.ts';
import type accountsTexts from '../pages/accounts/texts/en.ts';
import type doTexts from '../pages/do/texts/en.ts';
import type ledgerTexts from '../pages/ledger/texts/en.ts';
import type operationsTexts from '../pages/operations/texts/en.ts';
import type overviewTexts from '../pages/overview/texts/en.ts';
import type playTexts from '../pages/play/texts/en.ts';

/** The texts of each namespace, in the shape of the English ones. A page adds its own here. */
export interface Texts {
  readonly console: typeof consoleTexts;
  readonly overview: typeof overviewTexts;
  readonly accounts: typeof accountsTexts;
  readonly operations: typeof operationsTexts;
  readonly do: typeof doTexts;
  readonly ledger: typeof ledgerTexts;
  readonly play: typeof playTexts;
}

/** The same keys, with texts of another language: what is missing, or too much, does not compile. */
export type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Translation<English[Key]>;
};
