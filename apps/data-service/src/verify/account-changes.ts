import { ACCOUNT_STATUSES, type Details, TYPE_NUMBERS } from '@lastro/ledger';
import { type AccountChunk, type AccountColumns, COUNTED } from './account-columns.ts';
import type { AccountRules } from './account-rules.ts';
import type { Findings } from './findings.ts';

/** The bits of a status that a freeze of each side sets, and an unfreeze takes away. */
const SIDES: Readonly<Record<string, number>> = {
  debits: ACCOUNT_STATUSES.debits_frozen,
  credits: ACCOUNT_STATUSES.credits_frozen,
  both: ACCOUNT_STATUSES.frozen,
};

/** The status that follows on a freeze, an unfreeze or a close; the same for any other type. */
export function statusAfter(status: number, type: number, side: Details['side']): number {
  const bits = SIDES[side ?? ''] ?? 0;
  if (type === TYPE_NUMBERS.freeze) return status | bits;
  if (type === TYPE_NUMBERS.unfreeze) return status & ~bits;
  return type === TYPE_NUMBERS.close ? ACCOUNT_STATUSES.closed : status;
}

/** A posted freeze, unfreeze, close or update, as its row says. */
export interface AccountChange {
  readonly sequence: number;
  readonly type: number;
  readonly account: number;
  readonly details: Details;
}

/** Follows what is changed of accounts beside their balance. */
export class AccountChanges {
  readonly #findings: Findings;
  readonly #accounts: AccountColumns;
  readonly #rules: AccountRules;

  constructor(findings: Findings, accounts: AccountColumns, rules: AccountRules) {
    this.#findings = findings;
    this.#accounts = accounts;
    this.#rules = rules;
  }

  add({ sequence, type, account: number, details }: AccountChange): void {
    const where = `operation ${sequence}`;
    const chunk = this.#accounts.chunkOf(number);
    const index = this.#accounts.indexOf(number);
    if (!chunk?.knowledge[index])
      return this.#findings.add(where, 'is posted and yet its account is missing');
    const id = chunk.ids[index];
    if (details.account !== id)
      this.#findings.expectEqual(where, 'account in its details', details.account, id);
    if (chunk.status[index] === ACCOUNT_STATUSES.closed)
      this.#findings.add(where, `changes account ${id}, which is closed`);
    if (type === TYPE_NUMBERS.close && !isEmpty(chunk, index))
      this.#findings.add(where, `closes account ${id}, which is not empty`);
    chunk.status[index] = statusAfter(chunk.status[index]!, type, details.side);
    if (type !== TYPE_NUMBERS.update) return;
    describe(chunk, index, details);
    if (details.overdraftLimit === undefined) return;
    chunk.overdraftLimit[index] = details.overdraftLimit;
    this.#rules.expectFunds(number, chunk, index, sequence);
  }
}

/** A balance that has not turned up yet is looked at when it does. */
function isEmpty(chunk: AccountChunk, index: number): boolean {
  const balance = chunk.knowledge[index] === COUNTED ? chunk.balance[index] : 0;
  return balance === 0 && chunk.held[index] === 0;
}

function describe(chunk: AccountChunk, index: number, { name, metadata }: Details): void {
  if (name !== undefined) chunk.names.set(index, name);
  if (metadata !== undefined) chunk.metadata.set(index, JSON.stringify(metadata));
}
