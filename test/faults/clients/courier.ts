import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '@lastro/contract';
import type { Content } from '../../simulation/clients/wire-content.ts';
import type { Random } from '../../simulation/world/random.ts';
import type { Door, DoorAnswer } from './door.ts';
import type { Journal } from './journal.ts';

/** What a client wants to be told about. */
export interface Counts {
  acknowledged: number;
  reads: number;
}

export interface SendOptions {
  /** In one POST /v1/operations, also when it is a single operation. */
  readonly bulk?: boolean;
  readonly waitSeconds?: number;
  /** Asked first; any other one otherwise. */
  readonly door?: Door;
  /** No other door is tried. */
  readonly onlyThisDoor?: boolean;
  readonly attemptsMax?: number;
}

/** What a service said in the end. */
export type Known =
  | { readonly door: Door; readonly operations: readonly Operation[] }
  | { readonly door: Door; readonly refused: string };

const TIMEOUT_MS = 4_000;
const ATTEMPTS_MAX = 40;
const PAUSE_MAX_MS = 400;
const SAME_DOOR_CHANCE = 0.5;
/** After these, by the catalogue's own words, nothing was taken. */
const NOT_TAKEN = new Set(['queue_full', 'queue_unavailable', 'stopping']);

/** Sends operations, the same ids again and again, until a service says what became of them; and notes it all down. */
export class Courier {
  readonly #doors: readonly Door[];
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #counts: Counts;
  #requests = 0;

  constructor(doors: readonly Door[], journal: Journal, random: Random, counts: Counts) {
    this.#doors = doors;
    this.#journal = journal;
    this.#random = random;
    this.#counts = counts;
  }

  /** Begins a request: what is asked for is in the journal before anything is sent. The number of the request. */
  begin(contents: readonly Content[]): number {
    this.#requests += 1;
    this.#journal.note({ kind: 'request', request: this.#requests, contents });
    return this.#requests;
  }

  /** Undefined when it gives up without knowing. */
  async send(contents: readonly Content[], options: SendOptions = {}): Promise<Known | undefined> {
    const request = this.begin(contents);
    let door = options.door ?? this.#random.pick(this.#doors);
    for (let attempt = 1; ; attempt += 1) {
      this.#journal.note({ kind: 'attempt', request, host: door.host, at: Date.now() });
      const answer = await door.ask(requestFor(contents, options));
      const known = await this.#judge(request, contents, door, answer);
      if (known !== undefined) return known;
      if (attempt >= (options.attemptsMax ?? ATTEMPTS_MAX)) return undefined;
      await sleep(this.#random.between(1, PAUSE_MAX_MS));
      if (options.onlyThisDoor !== true && !this.#random.chance(SAME_DOOR_CHANCE))
        door = this.#random.pick(this.#doors);
    }
  }

  /** Notes down that the operations of a request are taken or final; counted once that is on disk. */
  async acknowledge(request: number, host: string, operations: readonly Operation[]): Promise<void> {
    await this.#journal.write({ kind: 'acknowledged', request, host, at: Date.now(), operations });
    this.#counts.acknowledged += operations.length;
  }

  async #judge(
    request: number,
    contents: readonly Content[],
    door: Door,
    answer: DoorAnswer,
  ): Promise<Known | undefined> {
    const { host } = door;
    if (answer.status === undefined) {
      const kind = answer.sent ? 'in doubt' : 'not taken';
      this.#journal.note({ kind, request, host, why: answer.why });
      return undefined;
    }
    const operations = operationsIn(answer.status, answer.body);
    if (operations !== undefined && operations.length === contents.length) {
      await this.acknowledge(request, host, operations);
      return { door, operations };
    }
    const { code = 'no code', operation } = answer.body as { code?: string; operation?: Operation };
    if (answer.status >= 500 || answer.status === 408) {
      const kind = NOT_TAKEN.has(code) ? 'not taken' : 'in doubt';
      this.#journal.note({ kind, request, host, why: code });
      await sleep(Math.min(answer.retryAfterMs, PAUSE_MAX_MS));
      return undefined;
    }
    if (answer.status < 400) {
      this.#journal.note({
        kind: 'impossible',
        what: `${host} answered ${answer.status} to request ${request}`,
      });
      return undefined;
    }
    const owner = operation === undefined ? {} : { owner: operation };
    await this.#journal.write({ kind: 'refused', request, host, code, ...owner });
    return { door, refused: code };
  }
}

/** The states of operations that an answer to a POST gives: 200 and 202, one or many, and the 422 of a rejection. */
function operationsIn(status: number, body: unknown): readonly Operation[] | undefined {
  const { operations, operation } = body as { operations?: Operation[]; operation?: Operation };
  if (status === 200 || status === 202) return operations ?? [body as Operation];
  return status === 422 && operation !== undefined ? [operation] : undefined;
}

const PATHS: Readonly<Record<string, string>> = {
  deposit: '/v1/deposits',
  withdrawal: '/v1/withdrawals',
  transfer: '/v1/transfers',
};

function requestFor(contents: readonly Content[], options: SendOptions) {
  const { waitSeconds = 0, bulk = contents.length > 1 } = options;
  const headers = waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {};
  const timeoutMs = TIMEOUT_MS + waitSeconds * 1_000;
  const [{ type, ...first }] = contents as [Content];
  const path = PATHS[type as string];
  if (!bulk && path !== undefined) return { method: 'POST', path, headers, body: first, timeoutMs } as const;
  const operations = contents.map(({ group: _group, ...content }) => content);
  const body = contents[0]!['group'] === undefined ? { operations } : { operations, atomic: true };
  return { method: 'POST', path: '/v1/operations', headers, body, timeoutMs } as const;
}
