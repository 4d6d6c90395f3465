import { LastroProblemError, LastroUnreachableError, type Routing, UNEXPECTED_ANSWER } from '@lastro/sdk';
import type { Bank } from '../bank/bank.ts';
import type { Situation } from '../world/faults.ts';
import type { Random } from '../world/random.ts';
import { SimulatedProcess } from '../world/simulated-process.ts';
import { type Exchange, isRoundedToEven, otherExchange, randomExchange, transfersOf } from './exchange.ts';
import { type Intent, isDone, newIntent, type Order } from './intent.ts';
import {
  endOfHold,
  holdOfASecond,
  type IdentifiedRequest,
  likelyOperations,
  openings,
  randomOperation,
  withOtherContent,
} from './operation-mix.ts';
import { Sender } from './sender.ts';
import type { SentOperations } from './sent-operations.ts';
import { story } from './stories.ts';

/** What the clients of one bank know of each other. */
export interface Crowd {
  /** Notebooks of all clients: ids are stolen from any of them. */
  readonly notebooks: Intent[][];
  readonly sent: SentOperations;
}

const FLOWS = 2;
const RETRY_PAUSE_MS = 40;
/** After so long, what was sent is mostly posted. */
const TIME_TO_POST_MS = 150;

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
  /** Of this life. */
  #process: SimulatedProcess;
  #sender: Sender;
  #finished = false;
  #loadIsOver = false;

  constructor(name: string, bank: Bank, random: Random, crowd: Crowd) {
    this.name = name;
    this.#bank = bank;
    this.#random = random;
    this.#crowd = crowd;
    [this.#process, this.#sender] = this.#life();
    crowd.notebooks.push(this.#notebook);
    if (random.chance(0.7)) this.#note({ requests: openings(random), atomic: false });
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
    const [process, sender] = this.#life();
    [this.#process, this.#sender] = [process, sender];
    this.#bank.world.scheduler.after(1, process, 'starts', () => {
      if (this.#loadIsOver) void this.#finish();
      else for (let flow = 0; flow < FLOWS; flow += 1) void this.#loadBank();
    });
    process.onDeath(() =>
      this.#bank.world.scheduler.after(50, undefined, 'client restarts', () => this.start()),
    );
  }

  #life(): [SimulatedProcess, Sender] {
    const process = new SimulatedProcess(this.#bank.world, this.name);
    return [process, new Sender(process, this.#bank, this.#random)];
  }

  kill(): void {
    this.#process.die('killed', 'from outside');
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
    if (pick < 0.64) return this.#tryOut();
    if (pick < 0.71) return this.#sendTwice(this.#note(this.#single(this.#newOperation())));
    if (pick < 0.78) return this.#raceForHold();
    return this.#send(this.#note(this.#newOrder(), random.chance(0.05)), 'stay');
  }

  #newOrder(): Order {
    const random = this.#random;
    const pick = random.next();
    if (pick < 0.12) return this.#newExchange();
    if (pick < 0.17) return story(random);
    if (pick < 0.71) return this.#single(this.#newOperation());
    const count = random.whole(2, 5);
    const atomic = random.chance(0.6);
    const requests =
      atomic && random.chance(0.7)
        ? likelyOperations(random, count)
        : Array.from({ length: count }, () => this.#newOperation());
    return { requests, atomic };
  }

  #newExchange(): Order {
    const exchange = randomExchange(this.#random);
    if (isRoundedToEven(exchange)) this.#count('exchange_rounded_to_even');
    return orderOf(exchange);
  }

  #single(request: IdentifiedRequest): Order {
    return { requests: [request], atomic: false };
  }

  #newOperation(): IdentifiedRequest {
    return randomOperation(this.#random, this.#crowd.sent);
  }

  #note(order: Order, abandoned = false): Intent {
    for (const request of order.requests) this.#crowd.sent.note(request);
    return this.#keep(newIntent(order, abandoned));
  }

  #keep(intent: Intent): Intent {
    this.#notebook.push(intent);
    return intent;
  }

  #count(situation: Situation): void {
    this.#bank.world.faults.coverage.count(situation);
  }

  async #sendAgain(intent: Intent): Promise<void> {
    this.#count('acknowledged_operation_sent_again');
    await this.#send(intent, 'spread');
  }

  async #sendTwice(intent: Intent): Promise<void> {
    this.#count('operation_sent_to_two_services_at_once');
    await Promise.all([this.#send(intent, 'spread'), this.#send(intent, 'spread')]);
  }

  /** Asks what would come of something; now and then it is sent right after. */
  async #tryOut(): Promise<void> {
    const random = this.#random;
    const used = this.#crowd.notebooks.flat().filter(({ requests }) => requests.length > 0);
    const pick = random.next();
    if (pick < 0.7 || used.length === 0) {
      const order = this.#newOrder();
      await this.#try(order);
      if (random.chance(0.2)) await this.#send(this.#note(order), 'stay');
    } else if (pick < 0.9) await this.#try(random.pick(used));
    else await this.#try(this.#contradictionOf(random.pick(used)));
  }

  async #try(order: Order): Promise<void> {
    await this.#sender.send(this.#sender.sdk('spread'), order, { dryRun: true }).catch(isFinalAnswer);
  }

  /** Ends one hold in two ways at once, mostly at two services. */
  async #raceForHold(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.4)) return this.#captureAtTheEnd();
    const hold = this.#crowd.sent.pickHold(random);
    const other = random.pick(['capture', 'capture', 'void'] as const);
    const ends = (['capture', other] as const).map((type) =>
      this.#note(this.#single(endOfHold(random, type, hold))),
    );
    await Promise.all(ends.map((intent) => this.#send(intent, 'spread')));
  }

  /** Makes holds, and captures each about when its time is over. */
  async #captureAtTheEnd(): Promise<void> {
    const random = this.#random;
    const holds = Array.from({ length: random.whole(2, 6) }, () => holdOfASecond(random));
    await this.#send(this.#note({ requests: holds, atomic: false }), 'stay');
    await sleep(TIME_TO_POST_MS);
    await Promise.all(
      holds.map(async ({ id }) => {
        await sleep(await this.#restOf(id));
        if (this.#loadIsOver) return;
        await this.#send(this.#note(this.#single(endOfHold(random, 'capture', id))), 'spread');
      }),
    );
  }

  /** How long to wait for the last moment of a hold: just ahead of its end where that is known, and a second or so where not. */
  async #restOf(hold: string): Promise<number> {
    const { expiresAt } = await this.#sender
      .sdk('spread')
      .operation(hold)
      .catch(() => ({ expiresAt: undefined }));
    return expiresAt === undefined
      ? this.#random.between(700, 900)
      : Date.parse(expiresAt) - Date.now() - this.#random.between(0, 100);
  }

  /** Sends another content under an id that somebody has used, alone or among others. */
  async #contradict(): Promise<void> {
    const used = this.#crowd.notebooks.flat().filter(({ requests }) => requests.length > 0);
    if (used.length === 0) return;
    this.#count('other_content_sent_under_a_known_id');
    const order = this.#contradictionOf(this.#random.pick(used));
    // Whatever comes of it, nobody asks again: the id belongs to somebody else.
    await this.#send(this.#keep({ ...newIntent(order, true), open: new Set() }), 'spread');
  }

  #contradictionOf({ requests: used, exchange }: Order): Order {
    const random = this.#random;
    if (exchange !== undefined && random.chance(0.5)) return orderOf(otherExchange(random, exchange));
    const victim = random.pick(used);
    if (victim.type === 'capture' || victim.type === 'reversal')
      this.#count(
        victim.amount === undefined ? 'amount_named_only_the_second_time' : 'amount_left_out_the_second_time',
      );
    const others = Array.from({ length: random.whole(0, 2) }, () => this.#newOperation());
    const requests = random.shuffled([withOtherContent(random, victim, this.#crowd.sent), ...others]);
    return { requests, atomic: requests.length > 1 && random.chance(0.5) };
  }

  async #send(intent: Intent, routing: Routing): Promise<void> {
    const sdk = this.#sender.sdk(routing);
    const waitSeconds = this.#random.chance(0.3) ? 1 : undefined;
    try {
      await this.#sender.send(sdk, intent, { waitSeconds });
      intent.answered = true;
      // Who was told the result and looks again must see the same.
      if (waitSeconds !== undefined && this.#random.chance(0.5)) await this.#askForResults(intent, sdk);
    } catch (error) {
      intent.answered ||= isFinalAnswer(error);
      if (isConflict(error)) intent.open.clear();
    }
  }

  async #askForResults(intent: Intent, sdk = this.#sender.sdk('spread')): Promise<void> {
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
    const sender = this.#sender;
    const read = random.pick([
      () => sender.sdk('spread').trialBalance(),
      () => sender.sdk('spread').balance(account),
      () => sender.sdk('spread').balance(account),
      () => sender.ask('GET', `/v1/holds/${sent.pickHold(random)}`),
      () => sender.ask('GET', `/v1/accounts/${account}/holds?limit=3`),
      () => sender.ask('GET', `/v1/operations/${sent.pickMovement(random)}/reversals`),
    ]);
    await read().catch(() => undefined);
  }
}

function orderOf(exchange: Exchange): Order {
  return { requests: transfersOf(exchange), atomic: true, exchange };
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
