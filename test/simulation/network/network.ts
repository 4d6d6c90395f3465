import type { ScheduledEvent } from '../world/scheduler.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { World } from '../world/world.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Ends the request for its sender. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Handles a request; `gone` is called back when its sender is no longer there. */
export type HttpHandler = (
  request: HttpRequest,
  onGone: (listener: () => void) => void,
) => Promise<HttpResponse>;

/** A request on its way, as somebody sees it who watches the wire at its sender. */
export interface Sending {
  readonly from: string;
  readonly host: string;
  readonly request: HttpRequest;
  readonly sentAtMs: number;
}

/** Told of every request that is sent, and of every answer that reaches the process that asked. */
export interface WireObserver {
  sent(sending: Sending): void;
  answered(sending: Sending, response: HttpResponse): void;
}

/** An error as undici gives it: programs decide by `code`. */
class NetworkError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const TIMEOUT_DEFAULT_MS = 60_000;
const REMEMBERED_ANSWERS = 8;

/** HTTP between simulated processes, by the name of the one that is asked. */
export class Network {
  readonly #world: World;
  readonly #servers = new Map<string, { process: SimulatedProcess; handler: HttpHandler }>();
  readonly #partitions: { from: string; to: string; untilMs: number }[] = [];
  readonly #observers: WireObserver[] = [];
  /** Earlier answers of each host, for answers that go astray. */
  readonly #answers = new Map<string, HttpResponse[]>();

  constructor(world: World) {
    this.#world = world;
  }

  listen(process: SimulatedProcess, handler: HttpHandler): void {
    this.#servers.set(process.name, { process, handler });
  }

  observe(observer: WireObserver): void {
    this.#observers.push(observer);
  }

  /** Drops what is sent from `from` to `to` (names, or parts of names) for a time. */
  partition(from: string, to: string, durationMs: number): void {
    this.#partitions.push({ from, to, untilMs: this.#world.scheduler.nowMs + durationMs });
  }

  heal(): void {
    this.#partitions.length = 0;
  }

  isCut(from: string, to: string): boolean {
    const { nowMs } = this.#world.scheduler;
    return this.#partitions.some(
      (cut) => cut.untilMs > nowMs && from.startsWith(cut.from) && to.startsWith(cut.to),
    );
  }

  latencyMs(): number {
    return this.#world.random.between(0.1, 1.5);
  }

  /** Sends `request` to `host`; rejects when the connection fails, the time is over, or the signal is aborted. */
  request(from: SimulatedProcess, host: string, request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (!from.step(`sends ${request.method} ${request.path} to ${host}`)) return;
      const exchange = new Exchange(this.#world, from, host, request, { resolve, reject });
      this.#world.trace.data(request.body ?? '');
      for (const observer of this.#observers) observer.sent(exchange.sending);
      this.#send(exchange, host);
    });
  }

  #send(exchange: Exchange, host: string): void {
    const { faults } = this.#world;
    if (faults.strikes('request_never_sent')) return exchange.failLater(this.latencyMs(), 'ECONNREFUSED');
    if (faults.strikes('connection_reset_before_request')) {
      return exchange.failLater(this.latencyMs(), 'UND_ERR_SOCKET');
    }
    if (faults.strikes('request_lost')) return;
    const delayMs = faults.strikes('request_delayed') ? this.#world.random.between(5, 3000) : 0;
    this.#deliverLater(exchange, host, this.latencyMs() + delayMs);
    if (faults.strikes('request_doubled')) {
      this.#deliverLater(exchange, host, this.latencyMs() + this.#world.random.between(0, 5000));
    }
    if (faults.strikes('connection_reset_after_request')) {
      exchange.failLater(delayMs + this.#world.random.between(0, 30), 'UND_ERR_SOCKET');
    }
  }

  #deliverLater(exchange: Exchange, host: string, delayMs: number): void {
    this.#world.scheduler.after(delayMs, undefined, `request reaches ${host}`, () => {
      if (this.isCut(exchange.from.name, host)) return;
      const server = this.#servers.get(host);
      if (server?.process.alive !== true) return exchange.failLater(this.latencyMs(), 'ECONNREFUSED');
      this.#world.scheduler.after(0, server.process, `handles ${exchange.request.path}`, () =>
        this.#handle(exchange, server.process, server.handler),
      );
    });
  }

  #handle(exchange: Exchange, server: SimulatedProcess, handler: HttpHandler): void {
    const { scheduler } = this.#world;
    const forget = server.onDeath((death) => {
      if (death !== 'power_cut') exchange.failLater(this.latencyMs(), 'UND_ERR_SOCKET');
    });
    const onGone = (listener: () => void) =>
      exchange.onEnd(() =>
        scheduler.after(this.latencyMs(), server, 'sees that the sender is gone', listener),
      );
    void handler(exchange.request, onGone).then((response) => {
      forget();
      if (!server.step(`answers ${exchange.request.path} with ${response.status}`)) return;
      this.#world.trace.data(response.body);
      this.#answer(exchange, server.name, response);
    });
  }

  #answer(exchange: Exchange, host: string, response: HttpResponse): void {
    const { faults, random, scheduler } = this.#world;
    if (this.isCut(host, exchange.from.name) || faults.strikes('answer_lost')) return;
    const arrives = this.#garbled(exchange.request, host, response);
    const delayMs = this.latencyMs() + (faults.strikes('answer_delayed') ? random.between(5, 4000) : 0);
    scheduler.after(delayMs, exchange.from, `gets ${arrives.status} from ${host}`, () => {
      if (exchange.ended) return;
      for (const observer of this.#observers) observer.answered(exchange.sending, arrives);
      exchange.succeed(arrives);
    });
  }

  /** What comes out at the other end. */
  #garbled({ path }: HttpRequest, host: string, response: HttpResponse): HttpResponse {
    const { faults, random } = this.#world;
    // The worker believes only what it can check. A read is passed on to whoever asked, with nothing to check it by.
    if (path !== '/v1/batches') return response;
    const earlier = this.#answers.get(host) ?? [];
    this.#answers.set(host, [...earlier, response].slice(-REMEMBERED_ANSWERS));
    if (faults.strikes('answer_truncated')) {
      return { ...response, body: response.body.slice(0, random.whole(0, response.body.length - 1)) };
    }
    if (earlier.length > 0 && faults.strikes('answer_of_another_request')) return random.pick(earlier);
    if (faults.strikes('refused_by_proxy')) {
      const status = random.pick([400, 403, 404, 413, 429, 502, 503, 504]);
      return { status, headers: { 'content-type': 'text/html' }, body: '<h1>no</h1>' };
    }
    return response;
  }
}

/** One request under way. */
class Exchange {
  readonly from: SimulatedProcess;
  readonly request: HttpRequest;
  readonly sending: Sending;
  readonly #world: World;
  readonly #settle: { resolve: (response: HttpResponse) => void; reject: (error: unknown) => void };
  readonly #onEnd: (() => void)[] = [];
  readonly #timer: ScheduledEvent<SimulatedProcess>;
  readonly #forgetDeath: () => void;
  #ended = false;

  constructor(
    world: World,
    from: SimulatedProcess,
    host: string,
    request: HttpRequest,
    settle: { resolve: (response: HttpResponse) => void; reject: (error: unknown) => void },
  ) {
    this.#world = world;
    this.from = from;
    this.request = request;
    this.sending = { from: from.name, host, request, sentAtMs: world.scheduler.nowMs };
    this.#settle = settle;
    const { signal, timeoutMs = TIMEOUT_DEFAULT_MS } = request;
    this.#timer = world.scheduler.after(timeoutMs, from, 'gives up waiting for an answer', () =>
      this.#fail(new NetworkError('UND_ERR_HEADERS_TIMEOUT')),
    );
    signal?.addEventListener('abort', () => this.#fail(signal.reason));
    this.#forgetDeath = from.onDeath((death) => {
      // The kernel of a killed process closes its connections; nobody does for a machine without power.
      if (death !== 'power_cut') this.#end();
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#onEnd.push(listener);
  }

  failLater(delayMs: number, code: string): void {
    this.#world.scheduler.after(delayMs, this.from, `connection: ${code}`, () =>
      this.#fail(new NetworkError(code)),
    );
  }

  succeed(response: HttpResponse): void {
    if (this.#ended) return;
    this.#end();
    this.#settle.resolve(response);
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#end();
    this.#settle.reject(error);
  }

  #end(): void {
    this.#ended = true;
    this.#timer.cancelled = true;
    this.#forgetDeath();
    for (const listener of this.#onEnd) listener();
  }
}
