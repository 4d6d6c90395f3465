import type { Account, OperationRequest } from '@lastro/contract';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import { CURRENCY, currencyDigits } from '../../money/currency-digits.ts';
import { decimalText } from '../../money/format-money.ts';
import { parseMoney } from '../../money/parse-money.ts';

/** What is written in the form of an account, as text. */
export interface AccountDraft {
  readonly id: string;
  readonly currency: string;
  readonly name: string;
  readonly overdraftLimit: string;
}

/** Most characters of a name; a test holds this to the contract. */
export const NAME_LENGTH_MAX = 200;

/** An account that is to be opened; `undefined` while the draft says none. */
export function openingOf(draft: AccountDraft, language: string): OperationRequest | undefined {
  const [id, currency, name] = [draft.id.trim(), draft.currency.trim().toUpperCase(), draft.name.trim()];
  const limit = limitOf(draft.overdraftLimit, currency, language);
  if (!ACCOUNT_ID.test(id) || !CURRENCY.test(currency) || limit === undefined) return undefined;
  return {
    type: 'open',
    account: id,
    currency,
    ...(name === '' ? {} : { name }),
    ...(limit === 0 ? {} : { overdraftLimit: limit }),
  };
}

/** What is different in the draft of an account; `undefined` where nothing is, or a limit is none. */
export function changeOf(
  account: Account,
  draft: Pick<AccountDraft, 'name' | 'overdraftLimit'>,
  language: string,
): OperationRequest | undefined {
  const limit = limitOf(draft.overdraftLimit, account.currency, language);
  if (limit === undefined) return undefined;
  const name = draft.name.trim();
  const changed = {
    ...(name !== '' && name !== account.name ? { name } : {}),
    ...(limit === account.overdraftLimit ? {} : { overdraftLimit: limit }),
  };
  if (Object.keys(changed).length === 0) return undefined;
  return { type: 'update', account: account.id, ...changed };
}

/** An amount as it is written in a field, in `language`. */
export function writtenMoney(minor: number, currency: string, language: string): string {
  const decimal = new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === 'decimal');
  return decimalText(minor, currencyDigits(currency)).replace('.', decimal!.value);
}

/** Nothing written: none. */
function limitOf(text: string, currency: string, language: string): number | undefined {
  if (text.trim() === '') return 0;
  const parsed = parseMoney(text, currency, language);
  return 'minor' in parsed && parsed.minor >= 0 ? parsed.minor : undefined;
}
