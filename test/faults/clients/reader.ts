import type { AccountBalance, AccountPage, Operation, TrialBalance } from '@lastro/contract';
import type { Random } from '../../simulation/world/random.ts';
import type { Counts } from './courier.ts';
import type { Door } from './door.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { AccountPlan } from './operation-mix.ts';

const TIMEOUT_MS = 4_000;
const PAGE_SIZE_MAX = 1000;

export interface ReaderOptions {
  readonly doors: readonly Door[];
  /** Data services, which give many balances in one snapshot. */
  readonly dataDoors: readonly Door[];
  readonly accounts: AccountPlan;
  readonly journal: Journal;
  readonly random: Random;
  readonly counts: Counts;
}

/**
 * Reads what must be consistent whatever happens, and notes down what it saw, and what it knew before it asked. An
 * answer that does not come, or that says the ledger is out of reach, is no answer.
 */
export class Reader {
  readonly #options: ReaderOptions;
  /** The newest sequence that any answer to this client has shown. */
  #newest = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The total of the closed set in one snapshot, by one of the ways that give one; or the trial balance. */
  async readTotal(): Promise<void> {
    const { doors, dataDoors, random } = this.#options;
    const pick = random.next();
    if (pick < 0.45) await this.#readPage(random.pick(doors));
    else if (pick < 0.9) await this.#readSnapshot(random.pick(dataDoors));
    else await this.#readTrialBalance(random.pick(doors));
  }

  /** After `operation` was posted or rejected: what `door` says of it, and of an account that it changed. */
  async readBack(door: Door, operation: Operation): Promise<void> {
    this.#learn(operation.sequence ?? 0);
    await this.readState(door, operation.id, true);
    const [account] = Object.keys(operation.balances ?? {});
    if (account === undefined) return;
    const after = this.#newest;
    const path = `/v1/accounts/${encodeURIComponent(account)}/balance`;
    const balance = await this.#ask<AccountBalance>(door, path);
    if (balance === null) this.#note({ kind: 'impossible', what: `${door.host} does not know ${account}` });
    else if (balance !== undefined) {
      this.#note({ kind: 'balance', host: door.host, after, balance });
      this.#learn(balance.sequence);
    }
  }

  /** `door` has taken the operation, or it is in the ledger (`posted`): it must know it. */
  async readState(door: Door, id: string, posted = false): Promise<void> {
    const operation = await this.#ask<Operation>(door, `/v1/operations/${id}`);
    if (operation !== undefined) this.#note({ kind: 'state', host: door.host, id, posted, operation });
  }

  async #readPage(door: Door): Promise<void> {
    const path = `/v1/accounts?prefix=closed.&limit=${PAGE_SIZE_MAX}`;
    const page = await this.#ask<AccountPage>(door, path);
    if (!page) return;
    const total = page.accounts.reduce((sum, { balance }) => sum + balance, 0);
    this.#note({ kind: 'page', host: door.host, accounts: page.accounts.length, total });
  }

  async #readSnapshot(door: Door): Promise<void> {
    const after = this.#newest;
    const body = { accounts: this.#options.accounts.closed };
    const answer = await door.ask({ method: 'POST', path: '/v1/balances', body, timeoutMs: TIMEOUT_MS });
    if (answer.status !== 200) return;
    const { balances } = answer.body as { balances: (AccountBalance | null)[] };
    this.#note({ kind: 'snapshot', host: door.host, after, balances });
    this.#learn(Math.max(...balances.map((balance) => balance?.sequence ?? 0)));
  }

  async #readTrialBalance(door: Door): Promise<void> {
    const after = this.#newest;
    const trial = await this.#ask<TrialBalance>(door, '/v1/trial-balance');
    if (!trial) return;
    const { sequence, currencies } = trial;
    const balanced = currencies.every((currency) => currency.balanced);
    this.#note({ kind: 'trial balance', host: door.host, after, sequence, balanced });
    this.#learn(sequence);
  }

  /** Null: it is not there. Undefined: nobody could say. */
  async #ask<Body>(door: Door, path: string): Promise<Body | null | undefined> {
    const answer = await door.ask({ method: 'GET', path, timeoutMs: TIMEOUT_MS });
    if (answer.status === 404) return null;
    if (answer.status === 200) return answer.body as Body;
    if (answer.status !== undefined && answer.status < 500)
      this.#note({ kind: 'impossible', what: `${door.host} answered ${answer.status} to GET ${path}` });
    return undefined;
  }

  #note(entry: JournalEntry): void {
    this.#options.journal.note(entry);
    this.#options.counts.reads += 1;
  }

  #learn(sequence: number): void {
    this.#newest = Math.max(this.#newest, sequence);
  }
}
