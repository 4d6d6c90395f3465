import { parseMoney } from '../../money/parse-money.ts';

type Part = { readonly amount: number | undefined } | { readonly fault: 'none' | 'too_much' };

/** Nothing written: all of it. */
export function partOf(text: string, whole: number, currency: string, language: string): Part {
  if (text.trim() === '') return { amount: undefined };
  const parsed = parseMoney(text, currency, language);
  if ('fault' in parsed || parsed.minor <= 0) return { fault: 'none' };
  return parsed.minor > whole ? { fault: 'too_much' } : { amount: parsed.minor };
}
