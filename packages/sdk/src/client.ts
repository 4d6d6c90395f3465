import type {
  Account,
  CaptureRequest,
  CloseRequest,
  DepositRequest,
  Event,
  ExchangeRequest,
  FreezeRequest,
  HoldRequest,
  OpenAccountRequest,
  Operation,
  OperationRequest,
  OperationsAnswer,
  ReversalRequest,
  Schedule,
  ScheduleRequest,
  TransferRequest,
  UpdateAccountRequest,
  VoidRequest,
  WithdrawalRequest,
} from '@lastro/contract';
import { createTransport } from '#transport';
import { uuidv7 } from 'uuidv7';
import type { Backoff } from './backoff.ts';
import { BankReads } from './bank-reads.ts';
import { DeadLetters } from './dead-letters.ts';
import { LastroUnreachableError } from './errors.ts';
import { type EventsOptions, followEvents } from './event-follower.ts';
import { Keys } from './keys.ts';
import { Monitors } from './monitors.ts';
import { type LastroClientOptions, resolveOptions } from './options.ts';
import { Requester, type SendOptions } from './requester.ts';
import { RetryingSender } from './retrying-sender.ts';
import { ServerList } from './server-list.ts';
import { Webhooks } from './webhooks.ts';

export interface OpenAccountOptions {
  /** The operation's own id (the request's `id` is the account's). Made when absent. */
  readonly operationId?: string | undefined;
  /** As in SendOptions. */
  readonly traceparent?: string | undefined;
}

export interface OperationsOptions extends SendOptions {
  /** All of the operations post, or none does (I3). */
  readonly atomic?: boolean | undefined;
}

const HTTP_ACCEPTED = 202;
const OPEN_ACCOUNT_WAIT_SECONDS = 10;

/**
 * A bank, over any number of business services. Every operation gets its id before it is first sent and keeps
 * it on every retry and every server, so it takes effect at most once (I2).
 *
 * Each method throws LastroProblemError when the bank refuses (a rejected operation included, when the answer
 * was waited for), and LastroUnreachableError when no server gave an answer within the limits.
 */
export class LastroClient extends BankReads {
  readonly keys: Keys;
  readonly webhooks: Webhooks;
  readonly monitors: Monitors;
  readonly deadLetters: DeadLetters;
  readonly #requester: Requester;
  readonly #backoff: Backoff;
  readonly #totalTimeoutMs: number;

  /** @throws LastroOptionsError when a server URL or a limit is wrong. */
  constructor(options: LastroClientOptions) {
    const { servers, key, routing, random, onFailover, ...limits } = resolveOptions(options);
    const backoff = { minMs: limits.backoffMinMs, maxMs: limits.backoffMaxMs, random };
    const reachable = servers.map((url) => ({ url: url.href, transport: createTransport(url, limits) }));
    const list = new ServerList(reachable, routing, backoff);
    const sender = new RetryingSender({ servers: list, limits, backoff, onFailover });
    const requester = new Requester(sender, key, limits.requestTimeoutMs);
    super(requester);
    this.keys = new Keys(requester);
    this.webhooks = new Webhooks(requester);
    this.monitors = new Monitors(requester);
    this.deadLetters = new DeadLetters(requester);
    this.#requester = requester;
    this.#backoff = backoff;
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
      const { status, body } = await this.#requester.write('/v1/accounts', request, [id], {
        waitSeconds: OPEN_ACCOUNT_WAIT_SECONDS,
        traceparent: options.traceparent,
        headers: { 'idempotency-key': id },
      });
      if (status !== HTTP_ACCEPTED) return body as Account;
      if (Date.now() >= deadlineMs)
        throw new LastroUnreachableError([id], attempts, true, new Error('accepted, and not posted yet'));
    }
  }

  /** Changes the overdraft limit, name or metadata of an account. What is left out stays as it is. */
  async updateAccount(
    account: string,
    request: UpdateAccountRequest,
    options?: SendOptions,
  ): Promise<Operation> {
    return this.#requester.sendOne(accountPath(account), request, { ...options, method: 'PATCH' });
  }

  /** Stops movements out of an account, into it, or both. */
  async freeze(account: string, request: FreezeRequest = {}, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne(accountPath(account, 'freeze'), request, options);
  }

  /** Lets movements of a frozen account go on. */
  async unfreeze(account: string, request: FreezeRequest = {}, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne(accountPath(account, 'unfreeze'), request, options);
  }

  /** Closes an account for good: at a balance of zero, and with nothing held. */
  async closeAccount(account: string, request: CloseRequest = {}, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne(accountPath(account, 'close'), request, options);
  }

  /** Pays cash into an account. */
  async deposit(request: DepositRequest, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne('/v1/deposits', request, options);
  }

  /** Pays cash out of an account. */
  async withdraw(request: WithdrawalRequest, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne('/v1/withdrawals', request, options);
  }

  /** Moves money from one account to another. */
  async transfer(request: TransferRequest, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne('/v1/transfers', request, options);
  }

  /**
   * Changes money of one currency into another, at a rate that is recorded; both transfers, or none. `waitSeconds` as always.
   *
   * @returns the transfer out of `from`, and the one into `to`.
   */
  async exchange(request: ExchangeRequest, options: SendOptions = {}): Promise<Operation[]> {
    const id = request.id ?? uuidv7();
    const { body } = await this.#requester.write('/v1/exchanges', { ...request, id }, [id], options);
    return (body as OperationsAnswer).operations;
  }

  /** Reserves money for a later payment: until it is captured, voided, or its time is over. The hold's id is the operation's. */
  async hold(request: HoldRequest, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne('/v1/holds', request, options);
  }

  /** Pays out of a hold, all or `amount` of it, and releases the rest: once. */
  async capture(hold: string, request: CaptureRequest = {}, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne(`/v1/holds/${encodeURIComponent(hold)}/capture`, request, options);
  }

  /** Releases a hold. */
  async voidHold(hold: string, request: VoidRequest = {}, options?: SendOptions): Promise<Operation> {
    return this.#requester.sendOne(`/v1/holds/${encodeURIComponent(hold)}/void`, request, options);
  }

  /** Moves back what an operation has moved: all that is left of it, or `amount`. */
  async reverse(operation: string, request: ReversalRequest = {}, options?: SendOptions): Promise<Operation> {
    const path = `/v1/operations/${encodeURIComponent(operation)}/reversal`;
    return this.#requester.sendOne(path, request, options);
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
    const { waitSeconds, dryRun, traceparent } = options;
    const sending = { waitSeconds, dryRun, traceparent };
    const answer = await this.#requester.write('/v1/operations', body, ids, sending);
    return (answer.body as OperationsAnswer).operations;
  }

  /**
   * Has operations sent at a later time. They are in the bank's database once this returns, and what becomes of them is found
   * under their ids.
   */
  async schedule(request: ScheduleRequest): Promise<Schedule> {
    const id = request.id ?? uuidv7();
    const { body } = await this.#requester.write('/v1/schedules', { ...request, id }, [id], {});
    return body as Schedule;
  }

  /**
   * Cancels a schedule that has not started; again: the same answer.
   *
   * @throws LastroProblemError `schedule_started` when it is too late.
   */
  async cancelSchedule(id: string): Promise<Schedule> {
    return this.#requester.change('DELETE', `/v1/schedules/${encodeURIComponent(id)}`);
  }

  /**
   * What the ledger does, as it happens: each event once and in order, until the loop is left or `signal` says so. A connection
   * that breaks is made again, at another server if need be, and misses nothing. Keep the id of the last event that you
   * are done with, and begin `after` it the next time.
   */
  events(options: EventsOptions = {}): AsyncGenerator<Event, void, void> {
    return followEvents(options, this.#requester, this.#backoff);
  }

  /** Cuts the connections. Requests under way fail; what they sent may still be taken. */
  async close(): Promise<void> {
    await this.#requester.close();
  }
}

function accountPath(account: string, action?: string): string {
  const path = `/v1/accounts/${encodeURIComponent(account)}`;
  return action === undefined ? path : `${path}/${action}`;
}
