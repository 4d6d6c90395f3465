import type { Operation } from '@lastro/contract';
import { LastroClient, LastroProblemError, LastroUnreachableError } from '@lastro/sdk';
import type { Discrepancies } from './discrepancies.ts';
import { Latency } from './latency.ts';
import { type OperationLog, SENDING } from './operation-log.ts';
import { OperationPlan } from './operation-plan.ts';
import { type MovementRequest, requestsOf } from './operation-requests.ts';
import type { RunIdentity } from './run-identity.ts';
import type { SimulationSettings } from './settings.ts';

/** A request is watched until its operations are final once in this time, and once in so many requests, at most. */
const WATCH_INTERVAL_MS = 10;
const WATCH_EVERY = 20;
/** Most requests watched at the same time; more are not begun, and counted as skipped. */
const WATCHED_MAX = 256;
/** As long as a business service lets a request wait, by default. */
const WATCH_WAIT_MAX_SECONDS = 30;
/** A client that waits for its next request to be due looks this often whether it is to stop. */
const STOP_CHECK_MS = 200;
/** A dead service is tried again about this often. */
const BACKOFF_MAX_MS = 1_000;
/** Longest time that a client keeps at one request before it goes on and leaves the outcome for later. */
const REQUEST_TOTAL_TIMEOUT_MS = 30_000;

/** How the load goes, while it goes. */
export interface LoadFigures {
  sent: number;
  acknowledged: number;
  /** No server answered in time; resolved after the load. */
  unknown: number;
  /** Refused at the door, though right: never expected. */
  refused: number;
  /** Requests sent again, to another server or to the same one. */
  failovers: number;
  /** Newest place in the ledger that an answer named. */
  ledgerSequence: number;
  watched: number;
  watchedRejected: number;
  /** Requests that were to be watched when `WATCHED_MAX` were already, or whose result never came. */
  watchSkipped: number;
}

export interface LoadParts {
  readonly settings: SimulationSettings;
  readonly log: OperationLog;
  readonly identity: RunIdentity;
  readonly discrepancies: Discrepancies;
  /** Ends the load early. */
  readonly stop: AbortSignal | undefined;
}

interface PlannedRequest {
  readonly numbers: readonly number[];
  /** When it is due, on the clock of `performance.now()`. */
  readonly dueMs: number;
}

/** Sends the operations of a plan by many clients at once, to random servers, and times the answers. */
export class Load {
  readonly accept = new Latency();
  readonly final = new Latency();
  readonly figures: LoadFigures = {
    sent: 0,
    acknowledged: 0,
    unknown: 0,
    refused: 0,
    failovers: 0,
    ledgerSequence: 0,
    watched: 0,
    watchedRejected: 0,
    watchSkipped: 0,
  };
  /** The operation that each business service acknowledged last. */
  readonly lastAcknowledged = new Map<string, number>();
  readonly #settings: SimulationSettings;
  readonly #log: OperationLog;
  readonly #identity: RunIdentity;
  readonly #plan: OperationPlan;
  readonly #discrepancies: Discrepancies;
  readonly #stop: AbortSignal | undefined;
  readonly #sender: LastroClient;
  readonly #watcher: LastroClient;
  readonly #watching = new Set<Promise<void>>();
  readonly #watchWaitSeconds: number;
  /** What went wrong with a watched request and is no fault of the bank: thrown at the end. */
  #watchFault: Error | undefined;
  #startedMs = 0;
  #requests = 0;
  #nextWatchMs = 0;
  #nextWatchRequest = 1;

  constructor(parts: LoadParts) {
    const { settings } = parts;
    this.#settings = settings;
    this.#log = parts.log;
    this.#identity = parts.identity;
    this.#plan = new OperationPlan(settings);
    this.#discrepancies = parts.discrepancies;
    this.#stop = parts.stop;
    this.#watchWaitSeconds = Math.min(WATCH_WAIT_MAX_SECONDS, Math.ceil(settings.settleTimeoutMs / 1000));
    const { servers, key } = settings;
    const shared = {
      servers,
      key,
      routing: 'spread',
      totalTimeoutMs: REQUEST_TOTAL_TIMEOUT_MS,
      attemptsMax: Number.MAX_SAFE_INTEGER,
      backoffMaxMs: BACKOFF_MAX_MS,
      onFailover: () => void (this.figures.failovers += 1),
    } as const;
    this.#sender = new LastroClient({ ...shared, connectionsMax: settings.clients });
    // Connections of its own: a request that waits for its result must not stand before one that does not.
    this.#watcher = new LastroClient({ ...shared, connectionsMax: WATCHED_MAX });
  }

  /** Sends to its end (time, count, or `stop`), and until every request is answered. @returns how long it took, ms. */
  async run(): Promise<number> {
    this.#startedMs = performance.now();
    await Promise.all(Array.from({ length: this.#settings.clients }, () => this.#client()));
    return performance.now() - this.#startedMs;
  }

  /** Waits for the results of the operations that are watched. */
  async finish(): Promise<void> {
    await Promise.all(this.#watching);
    if (this.#watchFault !== undefined) throw this.#watchFault;
  }

  async close(): Promise<void> {
    await Promise.all([this.#sender.close(), this.#watcher.close()]);
  }

  /** Operations that were due by the end of the load and not sent, because no client was free. */
  overdue(loadMs: number): number {
    const { ratePerSecond, durationMs, operations } = this.#settings;
    const due = Math.min(operations, Math.floor((ratePerSecond * Math.min(loadMs, durationMs)) / 1000));
    return this.#stop?.aborted ? 0 : Math.max(0, due - this.figures.sent);
  }

  async #client(): Promise<void> {
    for (let request = this.#nextRequest(); request !== undefined; request = this.#nextRequest()) {
      await this.#sleepUntil(request.dueMs);
      if (this.#takeTurnToWatch()) this.#startWatching(request);
      else await this.#send(request);
    }
  }

  /** Wakes at once when the load is to stop: what has been planned is sent, and the rest is not. */
  async #sleepUntil(dueMs: number): Promise<void> {
    for (let earlyMs = dueMs - performance.now(); earlyMs >= 1; earlyMs = dueMs - performance.now()) {
      if (this.#stop?.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, Math.min(earlyMs, STOP_CHECK_MS)));
    }
  }

  #nextRequest(): PlannedRequest | undefined {
    const { ratePerSecond, durationMs, operations, bulk } = this.#settings;
    const nowMs = performance.now();
    const dueMs = ratePerSecond === 0 ? nowMs : this.#startedMs + (this.#log.length * 1000) / ratePerSecond;
    const endMs = this.#startedMs + durationMs;
    if (this.#stop?.aborted || nowMs >= endMs || dueMs >= endMs) return undefined;
    const count = Math.min(Math.max(bulk, 1), operations - this.#log.length);
    if (count === 0) return undefined;
    this.figures.sent += count;
    return { numbers: Array.from({ length: count }, () => this.#log.add(this.#plan.next())), dueMs };
  }

  async #send(request: PlannedRequest): Promise<void> {
    const beganMs = Math.min(request.dueMs, performance.now());
    if (await this.#sendOnce(this.#sender, request)) this.accept.record(performance.now() - beganMs);
  }

  #takeTurnToWatch(): boolean {
    const nowMs = performance.now();
    this.#requests += 1;
    if (nowMs < this.#nextWatchMs || this.#requests < this.#nextWatchRequest) return false;
    this.#nextWatchMs = nowMs + WATCH_INTERVAL_MS;
    this.#nextWatchRequest = this.#requests + WATCH_EVERY;
    if (this.#watching.size < WATCHED_MAX) return true;
    this.figures.watchSkipped += 1;
    return false;
  }

  #startWatching(request: PlannedRequest): void {
    const watch = this.#watch(request)
      .catch((error: Error) => void (this.#watchFault ??= error))
      .finally(() => this.#watching.delete(watch));
    this.#watching.add(watch);
  }

  /** Sends a request that waits for its results: how long it takes until a client can know them, by its own clock. */
  async #watch(request: PlannedRequest): Promise<void> {
    const beganMs = Math.min(request.dueMs, performance.now());
    const operations = await this.#sendOnce(this.#watcher, request, this.#watchWaitSeconds);
    if (operations === undefined) return;
    for (const operation of operations) {
      const final = operation.status === 'accepted' ? await this.#waitFor(operation.id) : operation;
      if (final === undefined) {
        this.figures.watchSkipped += 1;
        return;
      }
      this.figures.watched += 1;
      if (final.status === 'rejected') this.figures.watchedRejected += 1;
      this.figures.ledgerSequence = Math.max(this.figures.ledgerSequence, final.sequence ?? 0);
    }
    this.final.record(performance.now() - beganMs);
  }

  async #waitFor(id: string): Promise<Operation | undefined> {
    const operation = await this.#watcher.waitFor(id, this.#settings.settleTimeoutMs).catch(() => undefined);
    return operation?.status === 'accepted' ? undefined : operation;
  }

  /** The operations as the bank answered them; `undefined` when it did not, or refused. */
  async #sendOnce(
    client: LastroClient,
    { numbers }: PlannedRequest,
    waitSeconds = 0,
  ): Promise<Operation[] | undefined> {
    const requests = requestsOf(numbers, this.#log, this.#identity);
    try {
      const operations = await this.#post(client, requests, waitSeconds);
      for (const number of numbers) this.#log.setSending(number, SENDING.acknowledged);
      this.figures.acknowledged += numbers.length;
      this.lastAcknowledged.set(operations[0]!.acceptedBy, numbers.at(-1)!);
      return operations;
    } catch (error) {
      if (!(error instanceof LastroProblemError || error instanceof LastroUnreachableError)) throw error;
      if (error instanceof LastroUnreachableError || error.retryable) this.figures.unknown += numbers.length;
      else this.#refused(numbers, error);
      return undefined;
    }
  }

  async #post(
    client: LastroClient,
    requests: readonly MovementRequest[],
    waitSeconds: number,
  ): Promise<Operation[]> {
    if (this.#settings.bulk > 0) return client.operations(requests, { waitSeconds });
    const [operation] = requests;
    try {
      return [await sendSingle(client, operation!, waitSeconds)];
    } catch (error) {
      // Rejected by the rules of money: a final result like any other.
      if (error instanceof LastroProblemError && error.operation?.status === 'rejected')
        return [error.operation];
      throw error;
    }
  }

  #refused(numbers: readonly number[], { message }: Error): void {
    this.figures.refused += numbers.length;
    for (const number of numbers) {
      this.#log.setSending(number, SENDING.refused);
      const operation = this.#identity.operation(number);
      this.#discrepancies.add({ check: 'taken', operation, expected: 'accepted', found: message });
    }
  }
}

async function sendSingle(
  client: LastroClient,
  operation: MovementRequest,
  waitSeconds: number,
): Promise<Operation> {
  if (operation.type === 'transfer') {
    const { type: _type, ...transfer } = operation;
    return client.transfer(transfer, { waitSeconds });
  }
  const { type, ...request } = operation;
  return type === 'deposit'
    ? client.deposit(request, { waitSeconds })
    : client.withdraw(request, { waitSeconds });
}
