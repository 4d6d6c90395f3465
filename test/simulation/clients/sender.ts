import { LastroClient, LastroProblemError, LastroUnreachableError, type Routing } from '@lastro/sdk';
import type { Bank } from '../bank/bank.ts';
import type { Random } from '../world/random.ts';
import type { SimulatedProcess } from '../world/simulated-process.ts';
import type { Order } from './intent.ts';
import type { IdentifiedRequest } from './operation-mix.ts';
import { operationRoute, type RouteRequest } from './operation-route.ts';

/** How an order is sent. */
export interface SendOptions {
  readonly waitSeconds?: number | undefined;
  /** Only ask what would come of it. */
  readonly dryRun?: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs: undefined;
}

/** How a client in one of its lives speaks to the bank: by the SDK, or by a route itself. */
export class Sender {
  readonly #process: SimulatedProcess;
  readonly #bank: Bank;
  readonly #random: Random;
  /** By what they are for. */
  readonly #sdks = new Map<string, LastroClient>();

  constructor(process: SimulatedProcess, bank: Bank, random: Random) {
    this.#process = process;
    this.#bank = bank;
    this.#random = random;
  }

  /** @throws LastroProblemError, LastroUnreachableError */
  async send(sdk: LastroClient, { requests, atomic, exchange }: Order, options: SendOptions): Promise<void> {
    if (exchange !== undefined)
      return this.#sendByRoute(
        { method: 'POST', path: '/v1/exchanges', body: exchange },
        exchange.id,
        options,
      );
    const [first, ...more] = requests;
    if (first === undefined || more.length > 0) {
      await sdk.operations(requests, { atomic, ...options });
      return;
    }
    const route = operationRoute(first);
    if (route !== undefined && this.#random.chance(0.6)) return this.#sendByRoute(route, first.id, options);
    const { type, ...request } = first;
    if (type === 'deposit') await sdk.deposit(request as never, options);
    else if (type === 'withdrawal') await sdk.withdraw(request as never, options);
    else if (type === 'transfer') await sdk.transfer(request as never, options);
    else if (type === 'open' && options.waitSeconds !== undefined) await openAccount(sdk, first);
    else await sdk.operations([first], options);
  }

  /** Asks any business service, once. @throws LastroUnreachableError */
  async ask(
    method: string,
    path: string,
    ids: readonly string[] = [],
    body?: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const { network, businessServices } = this.#bank;
    const headers = { authorization: `Bearer ${this.#process.name}`, ...more };
    const timeoutMs = this.#random.pick([100, 2000]);
    const host = this.#random.pick(businessServices);
    try {
      const request = { method, path, headers, body, timeoutMs };
      const answer = await network.request(this.#process, host, request);
      return { status: answer.status, body: JSON.parse(answer.body) as unknown, retryAfterMs: undefined };
    } catch (error) {
      throw new LastroUnreachableError(ids, 1, true, error);
    }
  }

  /** Of one business service, or of all of them. */
  sdk(routing: Routing): LastroClient {
    const hosts = this.#bank.businessServices;
    const host = this.#random.chance(0.4) ? this.#random.pick(hosts) : undefined;
    const key = `${routing} ${host}`;
    let sdk = this.#sdks.get(key);
    if (sdk === undefined)
      this.#sdks.set(key, (sdk = this.#newSdk(routing, host === undefined ? hosts : [host])));
    return sdk;
  }

  /** Without the SDK, and without its retries: what is not answered stays in the notebook. */
  async #sendByRoute(
    { method, path, body }: RouteRequest,
    id: string,
    { waitSeconds, dryRun = false }: SendOptions,
  ): Promise<void> {
    const headers = waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` };
    const whole = dryRun ? `${path}?dryRun=true` : path;
    const answer = await this.ask(method, whole, [id], JSON.stringify(body), headers);
    if (answer.status >= 400) throw new LastroProblemError(answer);
  }

  #newSdk(routing: Routing, hosts: readonly string[]): LastroClient {
    const random = this.#random;
    return new LastroClient({
      servers: random.shuffled(hosts).map((host) => `http://${host}/`),
      key: this.#process.name,
      routing,
      attemptsMax: random.pick([1, 2, 5]),
      totalTimeoutMs: random.pick([500, 3000]),
      requestTimeoutMs: random.pick([100, 1000]),
      retryAfterMaxMs: 50,
      backoffMinMs: 5,
      backoffMaxMs: 200,
    });
  }
}

async function openAccount(sdk: LastroClient, request: IdentifiedRequest): Promise<void> {
  const { type: _type, id, ...opening } = request as Extract<IdentifiedRequest, { type: 'open' }>;
  await sdk.openAccount({ ...opening, id: opening.account, account: undefined } as never, {
    operationId: id,
  });
}
