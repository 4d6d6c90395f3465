import type { Operation } from '@lastro/contract';
import { asSpan, type Principal, ProblemError, type Span } from '@lastro/service';
import type { OperationContent } from '@lastro/ledger';
import { operationShownTo, refuseUnlessAllowed, stateShownTo } from './access/customers.ts';
import type { OperationState, OperationStates } from './operation-state.ts';
import type { RecordEntry } from './queue/operation-record.ts';
import type { KnownOperation, OperationQueue, Outcome } from './queue/queue.ts';
import { entryOf, isSameOperation } from './submitted-operation.ts';
import type { Patience, Waiters } from './waiters.ts';

/** What asks for an operation. */
export interface RequestedOperation {
  readonly content: OperationContent;
  /** Its id was made by us, just now: nobody can know it. */
  readonly isNew: boolean;
}

/** The request that operations come with. */
interface Sending {
  readonly sender: Principal;
  /** Where it is traced. */
  readonly span?: Span | undefined;
}

/** An operation that asks to be taken. */
export interface Submission extends RequestedOperation, Sending {}

/** Operations that ask to be taken together: all of them, or none. Their ids differ. */
export interface SubmissionList extends Sending {
  readonly operations: readonly RequestedOperation[];
  /** They post together, too, or not at all (I3). */
  readonly atomic: boolean;
}

/** Where operations go: into the queue, or, for a dry run, nowhere. */
export interface OperationDoor {
  take(submission: Submission, patience: Patience | undefined): Promise<OperationState>;
  takeAll(list: SubmissionList, patience: Patience | undefined): Promise<OperationState[]>;
}

/** Operations that were taken, or known: all that is kept of a request while it waits for their results. */
interface TakenOperations {
  readonly ids: readonly string[];
  /** For each: its SubmittedOperation, as JSON text, while it is accepted; what is known of it otherwise. */
  readonly standings: readonly (string | OperationState)[];
}

/**
 * Takes operations into the queue. What is known under an id already is never queued twice: the same content is
 * answered with its present state, another content is a conflict (I2, I6, I7).
 */
export class Intake implements OperationDoor {
  readonly #queue: OperationQueue;
  readonly #waiters: Waiters;
  readonly #states: OperationStates;
  readonly #observeAppend: (seconds: number) => void;
  #acceptedCount = 0;
  #stopping = false;
  #leaving = false;

  /** `observeAppend` is told how long each request waited for the disk. */
  constructor(
    queue: OperationQueue,
    waiters: Waiters,
    states: OperationStates,
    observeAppend: (seconds: number) => void = () => undefined,
  ) {
    this.#queue = queue;
    this.#waiters = waiters;
    this.#states = states;
    this.#observeAppend = observeAppend;
  }

  /** How many operations were put in the queue since the start. */
  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  /** From now on nothing more is taken. */
  stop(): void {
    this.#stopping = true;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** It will be stopped: everything is taken still, but nobody new is to come. */
  sayNotReady(): void {
    this.#leaving = true;
  }

  /** Whether it is stopped, or will be. */
  get leaving(): boolean {
    return this.#leaving || this.#stopping;
  }

  /**
   * Takes one operation. When this returns, the operation is on disk (I1), and final if `patience` allowed it.
   *
   * @throws ProblemError `forbidden`, `id_conflict`, `queue_full`, `queue_unavailable` or `stopping`: nothing was taken;
   * `queue_in_doubt`: nobody knows.
   */
  take(submission: Submission, patience: Patience | undefined): Promise<OperationState> {
    const { sender } = submission;
    const state = this.#take(submission, patience);
    return sender.accounts === undefined ? state : state.then((own) => stateShownTo(sender, own));
  }

  async #take(
    { content, isNew, sender, span }: Submission,
    patience: Patience | undefined,
  ): Promise<OperationState> {
    this.#refuseWhenStopping();
    refuseUnlessAllowed(sender, content, '');
    const known = isNew ? undefined : this.#queue.find(content.id);
    if (known !== undefined) {
      this.#refuseOtherContent(known, content, sender, '');
      return this.#stateOfKnown(known, content.id, patience, span);
    }
    const entry = entryOf(content, sender, new Date().toISOString());
    await this.#append([entry], false, span);
    return patience === undefined
      ? this.#accepted(entry.json)
      : this.#outcome(content.id, entry.json, patience, span);
  }

  /**
   * Takes all of the operations, or none of them. One state for each, in order.
   *
   * @throws ProblemError as `take` does.
   */
  takeAll(list: SubmissionList, patience: Patience | undefined): Promise<OperationState[]> {
    const { sender, span } = list;
    // Not one function that waits: it would keep the list meanwhile, thousands of objects that the garbage collector copies
    // about and at last takes for old.
    const states = this.#takeList(list).then((taken) => this.#statesOf(taken, patience, span));
    if (sender.accounts === undefined) return states;
    return states.then((all) => all.map((state) => stateShownTo(sender, state)));
  }

  async #takeList({ operations, atomic, sender, span }: SubmissionList): Promise<TakenOperations> {
    this.#refuseWhenStopping();
    if (sender.accounts !== undefined) refuseUnlessAllAllowed(sender, operations);
    const known = this.#findKnown(operations, sender);
    // A group is in one record, so it is known as a whole or not at all; should that fail, it is sent again whole.
    const wholeGroup = atomic && known.includes(undefined);
    const acceptedAt = new Date().toISOString();
    const entries = operations.map(({ content }, index) =>
      wholeGroup || known[index] === undefined ? entryOf(content, sender, acceptedAt) : undefined,
    );
    const added = entries.filter((entry) => entry !== undefined);
    if (added.length > 0) await this.#append(added, atomic, span);
    for (const operation of known) {
      if (operation?.state === 'accepted' && operation.onDisk !== undefined) await operation.onDisk;
    }
    return {
      ids: operations.map(({ content }) => content.id),
      standings: entries.map((entry, index) => entry?.json ?? this.#standingOf(known[index]!)),
    };
  }

  #standingOf(known: KnownOperation): string | OperationState {
    const state = this.#states.ofKnown(known);
    return state.kind === 'accepted' ? known.json : state;
  }

  async #statesOf(
    { ids, standings }: TakenOperations,
    patience: Patience | undefined,
    span: Span | undefined,
  ): Promise<OperationState[]> {
    const pending = ids.filter((_, index) => typeof standings[index] === 'string');
    const outcomes =
      patience === undefined || !this.#waiters.hasRoomFor(pending.length)
        ? []
        : await this.#wait(pending, patience, span);
    let next = 0;
    return standings.map((standing) => {
      if (typeof standing !== 'string') return standing;
      const outcome = outcomes[next++];
      return (outcome && this.#states.ofOutcome(outcome)) ?? this.#accepted(standing);
    });
  }

  async #append(entries: readonly RecordEntry[], atomic: boolean, span: Span | undefined): Promise<void> {
    const startedAt = performance.now();
    await (span === undefined
      ? this.#queue.append(entries, atomic)
      : this.#appendTraced(entries, atomic, span));
    this.#acceptedCount += entries.length;
    this.#observeAppend((performance.now() - startedAt) / 1000);
  }

  #appendTraced(entries: readonly RecordEntry[], atomic: boolean, span: Span): Promise<void> {
    const traced = entries.map((entry) => ({ ...entry, trace: span.context }));
    return asSpan(span, 'append', () => this.#queue.append(traced, atomic));
  }

  #wait(
    ids: readonly string[],
    patience: Patience,
    span: Span | undefined,
  ): Promise<readonly (Outcome | undefined)[]> {
    return span === undefined ? this.#waiters.wait(ids, patience) : this.#waitTraced(ids, patience, span);
  }

  #waitTraced(
    ids: readonly string[],
    patience: Patience,
    span: Span,
  ): Promise<readonly (Outcome | undefined)[]> {
    return asSpan(span, 'wait', () => this.#waiters.wait(ids, patience));
  }

  #refuseWhenStopping(): void {
    if (this.#stopping) throw new ProblemError('stopping');
  }

  #findKnown(operations: readonly RequestedOperation[], sender: Principal): (KnownOperation | undefined)[] {
    return operations.map(({ content, isNew }, index) => {
      const operation = isNew ? undefined : this.#queue.find(content.id);
      if (operation !== undefined)
        this.#refuseOtherContent(operation, content, sender, `operations/${index}: `);
      return operation;
    });
  }

  /** I7 */
  #refuseOtherContent(
    known: KnownOperation,
    content: OperationContent,
    sender: Principal,
    where: string,
  ): void {
    if (isSameOperation(known, content)) return;
    const state = this.#states.ofKnown(known);
    // What is still being written is not shown to anybody yet (I1).
    const isShown = state.kind !== 'conflict' && !(known.state === 'accepted' && known.onDisk !== undefined);
    const operation = isShown ? operationShownTo(sender, JSON.parse(state.json) as Operation) : undefined;
    throw new ProblemError('id_conflict', `${where}${content.id} was sent before with another content.`, {
      operation,
    });
  }

  async #stateOfKnown(
    known: KnownOperation,
    id: string,
    patience: Patience | undefined,
    span: Span | undefined,
  ): Promise<OperationState> {
    if (known.state !== 'accepted') return this.#states.ofKnown(known);
    // Its first request is being written: this one may not be answered any earlier (I1).
    if (known.onDisk !== undefined) await known.onDisk;
    return patience === undefined
      ? this.#accepted(known.json)
      : this.#outcome(id, known.json, patience, span);
  }

  #accepted(json: string): OperationState {
    return { kind: 'accepted', json: this.#states.acceptedJson(json) };
  }

  /** Nobody can have settled the operation unheard: that takes a transaction after the one that brought it here. */
  async #outcome(
    id: string,
    json: string,
    patience: Patience,
    span: Span | undefined,
  ): Promise<OperationState> {
    if (!this.#waiters.hasRoomFor(1)) return this.#accepted(json);
    const [outcome] = await this.#wait([id], patience, span);
    return (outcome && this.#states.ofOutcome(outcome)) ?? this.#accepted(json);
  }
}

function refuseUnlessAllAllowed(sender: Principal, operations: readonly RequestedOperation[]): void {
  for (const [index, { content }] of operations.entries())
    refuseUnlessAllowed(sender, content, `operations/${index}: `);
}
