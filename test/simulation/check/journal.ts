import type { AccountBalance, Hold, Operation, Reversals } from '@lastro/contract';
import { canonical, contentsOf, type Content, isDryRun } from '../clients/wire-content.ts';
import type { HttpRequest, HttpResponse, Sending, WireObserver } from '../network/network.ts';
import type { World } from '../world/world.ts';
import { DryRuns } from './dry-runs.ts';
import { showsContent } from './shows-content.ts';

/** Everything that was ever asked for under one id. */
export interface Asked {
  /** By their canonical form. */
  readonly contents: Map<string, Content>;
  /** Services that it was sent to, and when first. */
  readonly hosts: Map<string, number>;
}

/** "Accepted", or better: from here on the operation may not be lost. */
export interface Acknowledgement {
  readonly id: string;
  readonly content: string;
  readonly host: string;
  readonly sentAtMs: number;
  readonly atMs: number;
}

/** A final result that a client saw. */
export interface SeenResult {
  readonly operation: Operation;
  readonly host: string;
  readonly atMs: number;
}

/** What became of an account's opening, where the answer shows the account and not the operation. */
export interface SeenOpening {
  readonly id: string;
  readonly account: { readonly id: string; readonly openedAt: string };
  readonly host: string;
}

export interface SeenBalance extends AccountBalance {
  readonly host: string;
  readonly sentAtMs: number;
}

export interface SeenHold {
  readonly hold: Hold;
  readonly host: string;
  readonly sentAtMs: number;
}

export interface JournalOptions {
  readonly world: World;
  /** Results are kept for ever: then a service knows for good what it has taken. */
  readonly resultsAreKept: boolean;
  readonly ledgerIsDown: () => boolean;
  /** The number of the newest batch of the ledger. */
  readonly newestBatch: () => number;
}

/**
 * What the clients know, read from the wire at their end, answer by answer, independently of the SDK. What no answer
 * may ever say is a violation at once; the rest is compared with the ledger at the end.
 */
export class Journal implements WireObserver {
  readonly asked = new Map<string, Asked>();
  /** Groups that were sent as atomic: the ids, in order, by their canonical contents. */
  readonly groups = new Map<string, readonly string[]>();
  readonly acknowledgements: Acknowledgement[] = [];
  readonly results: SeenResult[] = [];
  readonly openings: SeenOpening[] = [];
  readonly balances: SeenBalance[] = [];
  readonly holds: SeenHold[] = [];
  readonly dryRuns: DryRuns;
  readonly violations: string[] = [];
  readonly #options: JournalOptions;
  /** When an id was first acknowledged by a host, and first seen final there, by `id host`. */
  readonly #knownAt = new Map<string, number>();
  readonly #finalAt = new Map<string, number>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.dryRuns = new DryRuns(options.newestBatch);
  }

  get resultsAreKept(): boolean {
    return this.#options.resultsAreKept;
  }

  /** Whether another content was sent under this id, or under that of a neighbour in an atomic group. */
  mayConflict(id: string): boolean {
    return this.#hasOtherContent(id) || this.#inGroupWithConflict(id);
  }

  sent(sending: Sending): void {
    const { from, host, request, sentAtMs } = sending;
    if (!from.startsWith('client')) return;
    const contents = contentsOf(request);
    if (isDryRun(request)) return this.dryRuns.sent(sending, contents);
    for (const content of contents) {
      const id = content['id'] as string;
      let asked = this.asked.get(id);
      if (asked === undefined) this.asked.set(id, (asked = { contents: new Map(), hosts: new Map() }));
      asked.contents.set(canonical(content), content);
      if (!asked.hosts.has(host)) asked.hosts.set(host, sentAtMs);
    }
    if (contents[0]?.['group'] !== undefined) {
      const key = contents.map(canonical).join();
      this.groups.set(
        key,
        contents.map((content) => content['id'] as string),
      );
    }
  }

  answered(sending: Sending, response: HttpResponse): void {
    if (!sending.from.startsWith('client')) return;
    const body = parse(response.body);
    const { method, path } = sending.request;
    if (isDryRun(sending.request)) this.#tried(sending, response, body);
    else if (method !== 'GET') this.#posted(sending, response, body);
    else if (/^\/v1\/operations\/[^/]+$/.test(path)) this.#asked(sending, response, body);
    else if (response.status === 200) this.#read(sending, body);
    else if (response.status !== 503 && response.status !== 404) this.#forbidden(sending, response);
  }

  #posted(sending: Sending, response: HttpResponse, body: Record<string, unknown>): void {
    const contents = contentsOf(sending.request);
    switch (response.status) {
      case 200:
      case 202: {
        const operations = (body['operations'] as Operation[] | undefined) ?? [body as unknown as Operation];
        if (operations.length !== contents.length) return this.#forbidden(sending, response);
        for (const [index, operation] of operations.entries())
          this.#accepted(sending, contents[index]!, operation);
        return;
      }
      case 201:
        this.openings.push({ id: contents[0]!['id'] as string, account: body as never, host: sending.host });
        return this.#acknowledged(sending, contents[0]!);
      case 400:
        // Nothing comes of the exchange, or something else than the client has said.
        if (contents.length > 0 || body['code'] !== 'exchange_amount') this.#forbidden(sending, response);
        return this.#options.world.faults.coverage.count('exchange_refused');
      case 409:
        return this.#conflict(sending, response, contents, body['operation'] as Operation | undefined);
      case 503:
        return this.#refused(sending, response, String(body['code']));
      default:
        if (response.status !== 422) return this.#forbidden(sending, response);
        return this.#rejected(sending, contents, body['operation'] as Operation);
    }
  }

  /** Of an exchange, the transfer to blame is shown. */
  #rejected(sending: Sending, contents: readonly Content[], operation: Operation): void {
    const shown = contents.find(({ id }) => id === operation.id) ?? contents[0]!;
    this.#accepted(sending, shown, operation);
    for (const content of contents) if (content !== shown) this.#acknowledged(sending, content);
  }

  /** What was only tried is not final: the same operation may come out otherwise, or never be sent. */
  #tried(sending: Sending, response: HttpResponse, body: Record<string, unknown>): void {
    const contents = contentsOf(sending.request);
    const { nowMs } = this.#options.world.scheduler;
    if (!this.dryRuns.answered(sending, response, body, contents, nowMs)) this.#forbidden(sending, response);
  }

  #accepted(sending: Sending, content: Content, operation: Operation): void {
    if (operation.id !== content['id'])
      return this.#violation(sending, `an answer about ${operation.id} instead of ${String(content['id'])}`);
    if (!showsContent(operation, content))
      this.#violation(sending, `operation ${operation.id} is shown with another content (I7)`);
    this.#acknowledged(sending, content);
    this.#state(sending, operation);
  }

  #acknowledged({ host, sentAtMs }: Sending, content: Content): void {
    const { world } = this.#options;
    const id = content['id'] as string;
    const atMs = world.scheduler.nowMs;
    this.acknowledgements.push({ id, content: canonical(content), host, sentAtMs, atMs });
    if (!this.#knownAt.has(`${id} ${host}`)) {
      this.#knownAt.set(`${id} ${host}`, atMs);
      world.note(`a client knows that ${host} has taken ${id}`);
    }
    if (this.#options.ledgerIsDown()) world.faults.coverage.count('accepted_while_the_ledger_is_down');
  }

  /** An operation as an answer shows it: noted down when it is final. */
  #state(sending: Sending, operation: Operation): void {
    const { host, sentAtMs, request } = sending;
    const key = `${operation.id} ${host}`;
    const finalAt = this.#finalAt.get(key) ?? Infinity;
    if (operation.status === 'accepted') {
      // Of two contents under one id, the one that lost may have been sent again by the operator.
      if (this.resultsAreKept && finalAt < sentAtMs && !this.mayConflict(operation.id))
        this.#violation(sending, `it has shown ${operation.id} as final before, and now as accepted (I6)`);
      return;
    }
    const { nowMs } = this.#options.world.scheduler;
    this.results.push({ operation, host, atMs: nowMs });
    // What a service only passes on from the ledger, it may not have taken itself.
    const isItsOwn = request.method !== 'GET' || (this.#knownAt.get(key) ?? Infinity) <= sentAtMs;
    if (isItsOwn) this.#finalAt.set(key, Math.min(finalAt, nowMs));
  }

  /** I7: only who sends another content than somebody before may be told of a conflict. */
  #conflict(
    sending: Sending,
    response: HttpResponse,
    contents: readonly Content[],
    owner: Operation | undefined,
  ): void {
    const excused = contents.some((content) => this.#hasOtherContent(content['id'] as string));
    if (!excused) this.#forbidden(sending, response);
    if (owner !== undefined) this.#state(sending, owner);
  }

  #hasOtherContent(id: string): boolean {
    return (this.asked.get(id)?.contents.size ?? 0) > 1;
  }

  /** I9: the queue may be full or its disk broken; the state of the ledger is no reason. */
  #refused(sending: Sending, response: HttpResponse, code: string): void {
    if (code === 'queue_full') this.#options.world.faults.coverage.count('refused_because_the_queue_is_full');
    else if (!['queue_unavailable', 'stopping'].includes(code)) this.#forbidden(sending, response);
  }

  /** GET /v1/operations/{id} */
  #asked(sending: Sending, response: HttpResponse, body: Record<string, unknown>): void {
    const id = sending.request.path.slice('/v1/operations/'.length);
    const { status } = response;
    if (status === 200 && body['id'] === id) return this.#state(sending, body as unknown as Operation);
    if (status === 409 && this.#inGroupWithConflict(id)) return;
    if (status === 404 || status === 503) return this.#notShown(sending, id, status);
    this.#forbidden(sending, response);
  }

  #notShown(sending: Sending, id: string, status: 404 | 503): void {
    const knownAt = this.#knownAt.get(`${id} ${sending.host}`);
    // What lost a conflict of ids may have been discarded by the operator.
    if (knownAt === undefined || knownAt >= sending.sentAtMs || this.mayConflict(id)) return;
    if (status === 404) this.#violation(sending, `it has taken ${id} and does not know it (I1)`);
    else if (this.resultsAreKept) this.#violation(sending, `it has taken ${id} and has to ask the ledger`);
  }

  #inGroupWithConflict(id: string): boolean {
    for (const ids of this.groups.values()) {
      if (ids.includes(id) && ids.some((each) => this.#hasOtherContent(each))) return true;
    }
    return false;
  }

  #read(sending: Sending, body: Record<string, unknown>): void {
    const { host, sentAtMs, request } = sending;
    const sawHold = (hold: Hold) => void this.holds.push({ hold, host, sentAtMs });
    if (request.path.endsWith('/balance'))
      return void this.balances.push({ ...(body as unknown as AccountBalance), host, sentAtMs });
    if (request.path.endsWith('/reversals')) return this.#reversals(sending, body as unknown as Reversals);
    if (request.path.startsWith('/v1/holds/')) return sawHold(body as unknown as Hold);
    if (request.path.startsWith('/v1/accounts/')) return (body as { holds: Hold[] }).holds.forEach(sawHold);
    const { currencies } = body as { currencies: { balanced: boolean }[] };
    if (!currencies.every(({ balanced }) => balanced))
      this.#violation(sending, 'the trial balance is off (I4)');
  }

  #reversals(sending: Sending, { reversed, reversals }: Reversals): void {
    const sum = reversals.reduce((total, { amount = 0 }) => total + amount, 0);
    if (sum !== reversed) this.#violation(sending, `${reversed} is said to be reversed, and ${sum} is shown`);
    for (const reversal of reversals) this.#state(sending, reversal);
  }

  #forbidden(sending: Sending, { status, body }: HttpResponse): void {
    this.#violation(sending, `an answer that cannot be: ${status} ${body.slice(0, 300)}`);
  }

  #violation({ host, request, from }: Sending, what: string): void {
    const { nowMs } = this.#options.world.scheduler;
    this.violations.push(`${nowMs.toFixed(3)} ${host} to ${from}, ${describe(request)}: ${what}`);
  }
}

function describe({ method, path, body = '' }: HttpRequest): string {
  return `${method} ${path} ${body.slice(0, 200)}`;
}

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}
