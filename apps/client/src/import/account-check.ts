import type { Account } from '@lastro/contract';
import { type LastroClient, LastroProblemError } from '@lastro/sdk';
import { concurrently } from '../concurrently.ts';
import type { FailedLine } from './failed-lines.ts';
import type { GoodRow } from './row.ts';

const READS_AT_ONCE = 16;

/** An account that is in the bank, or would be: what is known of it. */
type Known = Pick<Account, 'currency'>;

/**
 * For a dry run: whether the accounts of the rows are there, and in the right currency, counting those that earlier rows
 * would open. Keeps some hundred bytes for each account, and nothing for each row.
 */
export class AccountCheck {
  readonly #reader: LastroClient;
  readonly #accounts = new Map<string, Known | undefined>();

  constructor(reader: LastroClient) {
    this.#reader = reader;
  }

  /** Which of the rows, in the order of the file, would be rejected for their accounts. */
  async check(rows: readonly GoodRow[]): Promise<FailedLine[]> {
    await this.#find(rows);
    const failed: FailedLine[] = [];
    for (const { line, request } of rows) {
      const reason = request.type === 'open' ? await this.#checkOpening(request) : this.#checkMove(request);
      if (reason !== undefined) failed.push({ line, id: request.id, status: 'rejected', reason });
    }
    return failed;
  }

  async #find(rows: readonly GoodRow[]): Promise<void> {
    const missing = new Set(rows.flatMap(({ request }) => accountsOf(request)));
    for (const account of missing) if (this.#accounts.has(account)) missing.delete(account);
    await concurrently(missing, READS_AT_ONCE, async (account) => {
      this.#accounts.set(account, await unlessUnknown(this.#reader.account(account)));
    });
  }

  async #checkOpening({
    id,
    account,
    currency,
  }: GoodRow['request'] & { type: 'open' }): Promise<string | undefined> {
    if (this.#accounts.get(account) === undefined) {
      this.#accounts.set(account, { currency: currency! });
      return undefined;
    }
    // Perhaps an earlier run of this very import has opened it.
    const opening = await unlessUnknown(this.#reader.operation(id));
    return opening?.status === 'posted' ? undefined : 'account_exists';
  }

  #checkMove(request: GoodRow['request']): string | undefined {
    for (const account of accountsOf(request)) {
      const known = this.#accounts.get(account);
      if (known === undefined) return 'account_not_found';
      const named = 'currency' in request ? request.currency : undefined;
      if (named !== undefined && named !== known.currency) return 'currency_mismatch';
    }
    return undefined;
  }
}

function accountsOf(request: GoodRow['request']): string[] {
  const { account, from, to } = request as { account?: string; from?: string; to?: string };
  return [account, from, to].filter((id) => id !== undefined);
}

async function unlessUnknown<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof LastroProblemError && error.status === 404) return undefined;
    throw error;
  });
}
