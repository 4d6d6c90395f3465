import {
  LastroClient,
  LastroProblemError,
  LastroUnreachableError,
  type Routing,
  UNEXPECTED_ANSWER,
} from '@lastro/sdk';
import type { Bank } from '../bank/bank.ts';
import type { Random } from '../world/random.ts';
import { SimulatedProcess } from '../world/simulated-process.ts';
import {
  endOfHold,
  holdOfASecond,
  type IdentifiedRequest,
  likelyOperations,
  openings,
  randomOperation,
  withOtherContent,
} from './operation-mix.ts';
import { operationRoute, type RouteRequest } from './operation-route.ts';
import type { SentOperations } from './sent-operations.ts';

/** What the clients of one bank know of each other. */
export interface Crowd {
  /** Notebooks of all clients: ids are stolen from any of them. */
  readonly notebooks: Intent[][];
  readonly sent: SentOperations;
}

/** Something that a client wants done: noted down, with its ids, before it is first sent (I2). */
interface Intent {
  readonly requests: readonly IdentifiedRequest[];
  readonly atomic: boolean;
  /** Nobody asks for it again when it was not answered. */
  readonly abandoned: boolean;
  /** An answer has come: taken, or refused for good. */
  answered: boolean;
  /** Ids whose result is not known to be final. */
  readonly open: Set<string>;
}

const FLOWS = 2;
const RETRY_PAUSE_MS = 40;

/**
 * A client of the bank and its notebook, which outlives it. It sends by the SDK, keeps its ids, moves on to other
 * services, repeats itself, contradicts itself, and asks for results.
 */
export class Client {
  readonly name: string;
  readonly #bank: Bank;
  readonly #random: Random;
  readonly #notebook: Intent[] = [];
  readonly #crowd: Crowd;
  /** Those of this life, by what they are for. */
  readonly #sdks = new Map<string, LastroClient>();
  #process: SimulatedProcess | undefined;
  #finished = false;
  #loadIsOver = false;

  constructor(name: string, bank: Bank, random: Random, crowd: Crowd) {
    this.name = name;
    this.#bank = bank;
    this.#random = random;
    this.#crowd = crowd;
    crowd.notebooks.push(this.#notebook);
    if (random.chance(0.7)) this.#note(openings(random), false, false);
  }

  /** Whether everything it wanted was answered and is known to be final. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Every id that it has noted down. */
  get ids(): string[] {
    return this.#notebook.flatMap(({ requests }) => requests.map(({ id }) => id));
  }

  /** What it still waits for, for people. */
  get unfinished(): string[] {
    return this.#notebook
      .filter((intent) => !isDone(intent))
      .map(({ answered, open }) => `${answered ? 'no result of' : 'no answer to'} ${[...open].join(' ')}`);
  }

  start(): void {
    const process = new SimulatedProcess(this.#bank.world, this.name);
    this.#process = process;
    this.#sdks.clear();
    this.#bank.world.scheduler.after(1, process, 'starts', () => {
      if (this.#loadIsOver) void this.#finish();
      else for (let flow = 0; flow < FLOWS; flow += 1) void this.#loadBank();
    });
    process.onDeath(() =>
      this.#bank.world.scheduler.after(50, undefined, 'client restarts', () => this.start()),
    );
  }

  kill(): void {
    this.#process?.die('killed', 'from outside');
  }

  /** No new operations from now on: what was begun is brought to its end. */
  endLoad(): void {
    this.#loadIsOver = true;
    const process = this.#process;
    this.#bank.world.scheduler.after(1, process, 'ends its load', () => void this.#finish());
  }

  async #loadBank(): Promise<void> {
    while (!this.#loadIsOver) {
      await this.#act();
      await sleep(this.#random.between(0, 2 * this.#bank.settings.thinkMs));
    }
  }

  async #finish(): Promise<void> {
    for (const intent of this.#notebook) {
      while (!isDone(intent)) {
        if (!intent.answered) await this.#send(intent, 'spread');
        else await this.#askForResults(intent);
        if (!isDone(intent)) await sleep(RETRY_PAUSE_MS);
      }
    }
    this.#finished = true;
  }

  async #act(): Promise<void> {
    const random = this.#random;
    const known = this.#notebook.filter(({ answered }) => answered);
    const inDoubt = this.#notebook.filter((intent) => !intent.answered && !intent.abandoned);
    const pick = random.next();
    if (inDoubt.length > 0 && pick < 0.3) return this.#send(random.pick(inDoubt), 'spread');
    if (pick < 0.4 && known.length > 0) return this.#sendAgain(random.pick(known));
    if (pick < 0.5 && known.length > 0) return this.#askForResults(random.pick(known));
    if (pick < 0.55) return this.#contradict();
    if (pick < 0.6) return this.#read();
    if (pick < 0.7) return this.#sendTwice(this.#note([this.#newOperation()], false, false));
    if (pick < 0.77) return this.#raceForHold();
    return this.#sendNew();
  }

  async #sendNew(): Promise<void> {
    const random = this.#random;
    const count = random.chance(0.3) ? random.whole(2, 5) : 1;
    const atomic = count > 1 && random.chance(0.6);
    const requests =
      atomic && random.chance(0.7)
        ? likelyOperations(random, count)
        : Array.from({ length: count }, () => this.#newOperation());
    return this.#send(this.#note(requests, atomic, random.chance(0.05)), 'stay');
  }

  #newOperation(): IdentifiedRequest {
    return randomOperation(this.#random, this.#crowd.sent);
  }

  #note(requests: readonly IdentifiedRequest[], atomic: boolean, abandoned: boolean): Intent {
    const open = new Set(requests.map(({ id }) => id));
    const intent = { requests, atomic, abandoned, answered: false, open };
    this.#notebook.push(intent);
    for (const request of requests) this.#crowd.sent.note(request);
    return intent;
  }

  async #sendAgain(intent: Intent): Promise<void> {
    this.#bank.world.faults.coverage.count('acknowledged_operation_sent_again');
    await this.#send(intent, 'spread');
  }

  async #sendTwice(intent: Intent): Promise<void> {
    this.#bank.world.faults.coverage.count('operation_sent_to_two_services_at_once');
    await Promise.all([this.#send(intent, 'spread'), this.#send(intent, 'spread')]);
  }

  /** Ends one hold in two ways at once, mostly at two services. */
  async #raceForHold(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.3)) return this.#captureAtTheEnd();
    const hold = this.#crowd.sent.pickHold(random);
    const other = random.pick(['capture', 'capture', 'void'] as const);
    const ends = (['capture', other] as const).map((type) =>
      this.#note([endOfHold(random, type, hold)], false, false),
    );
    await Promise.all(ends.map((intent) => this.#send(intent, 'spread')));
  }

  /** Makes a hold, and captures it about when its time is over. */
  async #captureAtTheEnd(): Promise<void> {
    const random = this.#random;
    const hold = holdOfASecond(random);
    await this.#send(this.#note([hold], false, false), 'stay');
    await sleep(random.between(850, 1050));
    if (!this.#loadIsOver)
      await this.#send(this.#note([endOfHold(random, 'capture', hold.id)], false, false), 'spread');
  }

  /** Sends another content under an id that somebody has used, alone or among others. */
  async #contradict(): Promise<void> {
    const random = this.#random;
    const used = this.#crowd.notebooks.flat();
    if (used.length === 0) return;
    this.#bank.world.faults.coverage.count('other_content_sent_under_a_known_id');
    const victim = random.pick(random.pick(used).requests);
    if (victim.type === 'capture' || victim.type === 'reversal')
      this.#bank.world.faults.coverage.count(
        victim.amount === undefined ? 'amount_named_only_the_second_time' : 'amount_left_out_the_second_time',
      );
    const others = Array.from({ length: random.whole(0, 2) }, () => this.#newOperation());
    const requests = random.shuffled([withOtherContent(random, victim, this.#crowd.sent), ...others]);
    const atomic = requests.length > 1 && random.chance(0.5);
    const open = new Set<string>();
    // Whatever comes of it, nobody asks again: the id belongs to somebody else.
    const intent = { requests, atomic, abandoned: true, answered: false, open };
    this.#notebook.push(intent);
    await this.#send(intent, 'spread');
  }

  async #send(intent: Intent, routing: Routing): Promise<void> {
    const sdk = this.#sdk(routing);
    const waitSeconds = this.#random.chance(0.3) ? 1 : undefined;
    try {
      await this.#sendBy(sdk, intent, waitSeconds);
      intent.answered = true;
      // Who was told the result and looks again must see the same.
      if (waitSeconds !== undefined && this.#random.chance(0.5)) await this.#askForResults(intent, sdk);
    } catch (error) {
      intent.answered ||= isFinalAnswer(error);
      if (isConflict(error)) intent.open.clear();
    }
  }

  async #sendBy(sdk: LastroClient, intent: Intent, waitSeconds: number | undefined): Promise<void> {
    const [first, ...more] = intent.requests;
    if (first === undefined || more.length > 0) {
      await sdk.operations(intent.requests, { atomic: intent.atomic, waitSeconds });
      return;
    }
    const route = operationRoute(first);
    if (route !== undefined && this.#random.chance(0.6))
      return this.#sendByRoute(route, first.id, waitSeconds);
    const { type, ...request } = first;
    if (type === 'deposit') await sdk.deposit(request as never, { waitSeconds });
    else if (type === 'withdrawal') await sdk.withdraw(request as never, { waitSeconds });
    else if (type === 'transfer') await sdk.transfer(request as never, { waitSeconds });
    else if (type === 'open' && waitSeconds !== undefined) await this.#openAccount(sdk, first);
    else await sdk.operations([first], { waitSeconds });
  }

  /** Without the SDK, and without its retries: what is not answered stays in the notebook. */
  async #sendByRoute(
    { method, path, body }: RouteRequest,
    id: string,
    waitSeconds: number | undefined,
  ): Promise<void> {
    const headers = waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` };
    const answer = await this.#ask(method, path, [id], JSON.stringify(body), headers);
    if (answer.status >= 400) throw new LastroProblemError(answer);
  }

  /** @throws LastroUnreachableError */
  async #ask(
    method: string,
    path: string,
    ids: readonly string[] = [],
    body?: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: unknown; retryAfterMs: undefined }> {
    const { network, businessServices } = this.#bank;
    const headers = { authorization: `Bearer ${this.name}`, ...more };
    const timeoutMs = this.#random.pick([100, 2000]);
    const host = this.#random.pick(businessServices);
    try {
      const request = { method, path, headers, body, timeoutMs };
      const answer = await network.request(this.#process!, host, request);
      return { status: answer.status, body: JSON.parse(answer.body) as unknown, retryAfterMs: undefined };
    } catch (error) {
      throw new LastroUnreachableError(ids, 1, true, error);
    }
  }

  async #openAccount(sdk: LastroClient, request: IdentifiedRequest): Promise<void> {
    const { type: _type, id, ...opening } = request as Extract<IdentifiedRequest, { type: 'open' }>;
    await sdk.openAccount({ ...opening, id: opening.account, account: undefined } as never, {
      operationId: id,
    });
  }

  async #askForResults(intent: Intent, sdk = this.#sdk('spread')): Promise<void> {
    for (const id of [...intent.open]) {
      try {
        const { status } = await sdk.operation(id);
        if (status !== 'accepted') intent.open.delete(id);
      } catch (error) {
        // The id of a group that can never be posted.
        if (isConflict(error)) intent.open.delete(id);
        // Another service may have it in its queue, or an operator has discarded it: sending it again does no harm.
        else if (error instanceof LastroProblemError && error.status === 404) intent.answered = false;
      }
    }
  }

  async #read(): Promise<void> {
    const random = this.#random;
    const { sent } = this.#crowd;
    const account = random.pick(['a-1', 'a-2', 'a-3', '@cash.BRL']);
    const read = random.pick([
      () => this.#sdk('spread').trialBalance(),
      () => this.#sdk('spread').balance(account),
      () => this.#sdk('spread').balance(account),
      () => this.#ask('GET', `/v1/holds/${sent.pickHold(random)}`),
      () => this.#ask('GET', `/v1/accounts/${account}/holds?limit=3`),
      () => this.#ask('GET', `/v1/operations/${sent.pickMovement(random)}/reversals`),
    ]);
    await read().catch(() => undefined);
  }

  /** Of one business service, or of all of them. */
  #sdk(routing: Routing): LastroClient {
    const hosts = this.#bank.businessServices;
    const host = this.#random.chance(0.4) ? this.#random.pick(hosts) : undefined;
    const key = `${routing} ${host}`;
    let sdk = this.#sdks.get(key);
    if (sdk === undefined)
      this.#sdks.set(key, (sdk = this.#newSdk(routing, host === undefined ? hosts : [host])));
    return sdk;
  }

  #newSdk(routing: Routing, hosts: readonly string[]): LastroClient {
    const random = this.#random;
    return new LastroClient({
      servers: random.shuffled(hosts).map((host) => `http://${host}/`),
      key: this.name,
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

function isDone({ answered, abandoned, open }: Intent): boolean {
  return abandoned || (answered && open.size === 0);
}

/** The bank has it, or will never take it. */
function isFinalAnswer(error: unknown): boolean {
  if (error instanceof LastroUnreachableError) return false;
  if (error instanceof LastroProblemError) return !error.retryable && error.code !== UNEXPECTED_ANSWER;
  throw error;
}

function isConflict(error: unknown): boolean {
  return error instanceof LastroProblemError && error.code === 'id_conflict';
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
