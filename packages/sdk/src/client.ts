import type {
  Account,
  AccountBalance,
  AccountListQuery,
  AccountPage,
  DepositRequest,
  Event,
  OpenAccountRequest,
  Operation,
  OperationRequest,
  OperationsAnswer,
  Statement,
  StatementEntry,
  StatementQuery,
  TransferRequest,
  TrialBalance,
  WithdrawalRequest,
} from '@lastro/contract';
import { createTransport } from '#transport';
import { uuidv7 } from 'uuidv7';
import { type Backoff, sleep } from './backoff.ts';
import { LastroProblemError, LastroUnreachableError } from './errors.ts';
import { type EventsOptions, followEvents } from './event-follower.ts';
import { type LastroClientOptions, resolveOptions } from './options.ts';
import { queryString } from './query-string.ts';
import { RetryingSender } from './retrying-sender.ts';
import { ServerList } from './server-list.ts';
import type { HttpAnswer } from './transport.ts';

/** How one request is sent. */
export interface SendOptions {
  /** Hold the answer until the result is final, this long at most. Without it, an answer says `accepted`. */
  readonly waitSeconds?: number | undefined;
}

export interface OpenAccountOptions {
  /** The operation's own id (the request's `id` is the account's). Made when absent. */
  readonly operationId?: string | undefined;
}

export interface OperationsOptions extends SendOptions {
  /** All of the operations post, or none does (I3). */
  readonly atomic?: boolean | undefined;
}

const HTTP_ACCEPTED = 202;
const OPEN_ACCOUNT_WAIT_SECONDS = 10;
const POLL_MIN_MS = 10;
const POLL_MAX_MS = 500;

/**
 * A bank, over any number of business services. Every operation gets its id before it is first sent and keeps
 * it on every retry and every server, so it takes effect at most once (I2).
 *
 * Each method throws LastroProblemError when the bank refuses (a rejected operation included, when the answer
 * was waited for), and LastroUnreachableError when no server gave an answer within the limits.
 */
export class LastroClient {
  readonly #sender: RetryingSender;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #backoff: Backoff;
  readonly #requestTimeoutMs: number;
  readonly #totalTimeoutMs: number;

  /** @throws LastroOptionsError when a server URL or a limit is wrong. */
  constructor(options: LastroClientOptions) {
    const { servers, key, routing, random, onFailover, ...limits } = resolveOptions(options);
    const backoff = { minMs: limits.backoffMinMs, maxMs: limits.backoffMaxMs, random };
    const reachable = servers.map((url) => ({ url: url.href, transport: createTransport(url, limits) }));
    const list = new ServerList(reachable, routing, backoff);
    this.#sender = new RetryingSender({ servers: list, limits, backoff, onFailover });
    this.#backoff = backoff;
    this.#headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
    this.#requestTimeoutMs = limits.requestTimeoutMs;
    this.#totalTimeoutMs = limits.totalTimeoutMs;
  }

  /**
   * Opens an account and waits until it is open; the account as it was then.
   *
   * @throws LastroUnreachableError also when the bank took the operation and did not post it in time.
   */
  async openAccount(request: OpenAccountRequest, options: OpenAccountOptions = {}): Promise<Account> {
    const id = options.operationId ?? uuidv7();
    const deadlineMs = Date.now() + this.#totalTimeoutMs;
    for (let attempts = 1; ; attempts += 1) {
      const { status, body } = await this.#post('/v1/accounts', request, [id], {
        waitSeconds: OPEN_ACCOUNT_WAIT_SECONDS,
        headers: { 'idempotency-key': id },
      });
      if (status !== HTTP_ACCEPTED) return body as Account;
      if (Date.now() >= deadlineMs)
        throw new LastroUnreachableError([id], attempts, true, new Error('accepted, and not posted yet'));
    }
  }

  /** Pays cash into an account. */
  async deposit(request: DepositRequest, options: SendOptions = {}): Promise<Operation> {
    return this.#postOne('/v1/deposits', request, options);
  }

  /** Pays cash out of an account. */
  async withdraw(request: WithdrawalRequest, options: SendOptions = {}): Promise<Operation> {
    return this.#postOne('/v1/withdrawals', request, options);
  }

  /** Moves money from one account to another. */
  async transfer(request: TransferRequest, options: SendOptions = {}): Promise<Operation> {
    return this.#postOne('/v1/transfers', request, options);
  }

  /** Sends many operations at once; the state of each, in order. A rejected one is a state, not an error. */
  async operations(
    requests: readonly OperationRequest[],
    options: OperationsOptions = {},
  ): Promise<Operation[]> {
    const operations = requests.map((request) =>
      request.id === undefined ? { ...request, id: uuidv7() } : request,
    );
    const ids = operations.map((operation) => operation.id!);
    const body = options.atomic === undefined ? { operations } : { operations, atomic: options.atomic };
    const answer = await this.#post('/v1/operations', body, ids, options);
    return (answer.body as OperationsAnswer).operations;
  }

  /** The operation as it stands. */
  async operation(id: string): Promise<Operation> {
    return this.#get<Operation>(`/v1/operations/${encodeURIComponent(id)}`);
  }

  /**
   * Asks until the operation is final (`posted` or `rejected`) or `timeoutMs` is over; then what is known.
   * An operation that no server asked knows yet may be in the queue of another, so that is waited for too.
   *
   * @throws LastroProblemError `operation_not_found` when it is still unknown at the end.
   */
  async waitFor(id: string, timeoutMs = 30_000): Promise<Operation> {
    const deadlineMs = Date.now() + timeoutMs;
    for (let pauseMs = POLL_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, POLL_MAX_MS)) {
      const operation = await this.operation(id).catch((error: unknown) => {
        if (error instanceof LastroProblemError && error.status === 404) return error;
        throw error;
      });
      const final = !(operation instanceof LastroProblemError) && operation.status !== 'accepted';
      if (final) return operation;
      if (Date.now() + pauseMs > deadlineMs) {
        if (operation instanceof LastroProblemError) throw operation;
        return operation;
      }
      await sleep(pauseMs);
    }
  }

  async account(id: string): Promise<Account> {
    return this.#get<Account>(`/v1/accounts/${encodeURIComponent(id)}`);
  }

  /** One page of accounts, in the order of their ids. */
  async accounts(query: AccountListQuery = {}): Promise<AccountPage> {
    return this.#get<AccountPage>(`/v1/accounts${queryString(query)}`);
  }

  /** Every account, page after page. */
  async *allAccounts(query: Omit<AccountListQuery, 'cursor'> = {}): AsyncGenerator<Account, void, void> {
    let cursor: string | undefined;
    do {
      const page: AccountPage = await this.accounts(cursor === undefined ? query : { ...query, cursor });
      yield* page.accounts;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** What an account holds, now or at a past instant (RFC 3339). */
  async balance(id: string, at?: string): Promise<AccountBalance> {
    return this.#get<AccountBalance>(`/v1/accounts/${encodeURIComponent(id)}/balance${queryString({ at })}`);
  }

  /** One page of an account's entries, newest first. */
  async statement(id: string, query: StatementQuery = {}): Promise<Statement> {
    return this.#get<Statement>(`/v1/accounts/${encodeURIComponent(id)}/statement${queryString(query)}`);
  }

  /** Every entry of an account, newest first, page after page. */
  async *statementEntries(
    id: string,
    query: Omit<StatementQuery, 'cursor'> = {},
  ): AsyncGenerator<StatementEntry, void, void> {
    let cursor: string | undefined;
    do {
      const page: Statement = await this.statement(id, cursor === undefined ? query : { ...query, cursor });
      yield* page.entries;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  /** Debits and credits of each currency, summed over every account. */
  async trialBalance(): Promise<TrialBalance> {
    return this.#get<TrialBalance>('/v1/trial-balance');
  }

  /**
   * What the ledger does, as it happens: each event once and in order, until the loop is left or `signal` says so. A connection
   * that breaks is made again, at another server if need be, and misses nothing. Keep the id of the last event that you
   * are done with, and begin `after` it the next time.
   */
  events(options: EventsOptions = {}): AsyncGenerator<Event, void, void> {
    return followEvents(options, { sender: this.#sender, headers: this.#headers, backoff: this.#backoff });
  }

  /** Cuts the connections. Requests under way fail; what they sent may still be taken. */
  async close(): Promise<void> {
    await this.#sender.close();
  }

  async #postOne(
    path: string,
    request: DepositRequest | TransferRequest,
    options: SendOptions,
  ): Promise<Operation> {
    // The id is made here, once, before anything is sent (I2).
    const id = request.id ?? uuidv7();
    const { body } = await this.#post(path, { ...request, id }, [id], options);
    return body as Operation;
  }

  async #post(
    path: string,
    body: unknown,
    ids: readonly string[],
    { waitSeconds = 0, headers = {} }: SendOptions & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<HttpAnswer> {
    const request = {
      method: 'POST' as const,
      path,
      headers: {
        ...this.#headers,
        'content-type': 'application/json',
        ...(waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {}),
        ...headers,
      },
      body: JSON.stringify(body),
      timeoutMs: this.#requestTimeoutMs + waitSeconds * 1000,
    };
    return this.#sender.send(request, ids);
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const request = {
      method: 'GET' as const,
      path,
      headers: this.#headers,
      timeoutMs: this.#requestTimeoutMs,
    };
    const { body } = await this.#sender.send(request, []);
    return body as Answer;
  }
}
