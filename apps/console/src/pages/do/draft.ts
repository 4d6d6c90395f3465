import type { OperationRequest } from '@lastro/contract';
import { parseMoney } from '../../money/parse-money.ts';

/** What can be done here, in the order of the tabs. */
export const DEEDS = ['deposit', 'withdrawal', 'transfer', 'hold', 'capture'] as const;
export type Deed = (typeof DEEDS)[number];

/** What is written in the form, as text. One for all deeds: an account that was typed stays when another is chosen. */
export interface Draft {
  readonly from: string;
  readonly to: string;
  readonly hold: string;
  readonly amount: string;
  /** Seconds until a hold expires; empty: never. */
  readonly expiresIn: '' | '900' | '86400' | '604800';
  readonly description: string;
}

export const EMPTY_DRAFT: Draft = {
  from: '',
  to: '',
  hold: '',
  amount: '',
  expiresIn: '',
  description: '',
};

/** Most characters of a description; a test holds this to the contract. */
export const DESCRIPTION_LENGTH_MAX = 500;

/** Which accounts a deed asks for. */
export const PARTIES: Readonly<Record<Deed, readonly ('from' | 'to')[]>> = {
  deposit: ['to'],
  withdrawal: ['from'],
  transfer: ['from', 'to'],
  hold: ['from', 'to'],
  capture: [],
};

/** After something was sent: the accounts stay, what was said about that one thing goes. */
export function nextDraft(draft: Draft): Draft {
  return { ...EMPTY_DRAFT, from: draft.from, to: draft.to, expiresIn: draft.expiresIn };
}

/**
 * The operation that a draft says, without an id; `undefined` while it says none. Whether the accounts exist and have the money
 * is for the bank to say.
 */
export function requestOf(
  deed: Deed,
  draft: Draft,
  currency: string,
  language: string,
): OperationRequest | undefined {
  const parsed = parseMoney(draft.amount, currency, language);
  const amount = 'minor' in parsed && parsed.minor > 0 ? parsed.minor : undefined;
  const description = draft.description.trim();
  const said = description === '' ? {} : { description };
  if (deed === 'capture') return captureOf(draft, amount, said);
  const [from, to] = [draft.from.trim(), draft.to.trim()];
  const isNamed = PARTIES[deed].every((party) => (party === 'from' ? from : to) !== '');
  if (amount === undefined || !isNamed) return undefined;
  const money = { amount, currency: currency, ...said };
  switch (deed) {
    case 'deposit':
      return { type: 'deposit', account: to, ...money };
    case 'withdrawal':
      return { type: 'withdrawal', account: from, ...money };
    case 'transfer':
      return { type: 'transfer', from, to, ...money };
    case 'hold': {
      const expiry = draft.expiresIn === '' ? {} : { expiresIn: Number(draft.expiresIn) };
      return { type: 'hold', from, to, ...money, ...expiry };
    }
  }
}

/** Without an amount, all that is held; one that cannot be read is none. */
function captureOf(draft: Draft, amount: number | undefined, said: object): OperationRequest | undefined {
  const hold = draft.hold.trim().toLowerCase();
  if (hold === '') return undefined;
  if (draft.amount.trim() === '') return { type: 'capture', hold, ...said };
  return amount === undefined ? undefined : { type: 'capture', hold, amount, ...said };
}
