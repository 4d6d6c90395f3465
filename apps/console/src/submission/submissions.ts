import type { Operation, OperationRequest } from '@lastro/contract';
import type { LastroClient } from '@lastro/sdk';
import { uuidv7 } from 'uuidv7';

/** Something that was sent from this console, and how far it is. */
export interface Submission {
  /** Of the operation, over every retry (I2). */
  readonly id: string;
  readonly request: OperationRequest;
  readonly currency: string;
  readonly sentAtMs: number;
  /**
   * `sending`: no answer yet. `accepted`: on the disk of a business service. `unanswered`: whether it was taken is not known, so it can be
   * sent again. `refused`: it was not taken.
   */
  readonly state: 'sending' | 'accepted' | 'posted' | 'rejected' | 'unanswered' | 'refused';
  readonly operation?: Operation;
  readonly error?: unknown;
}

/** What submissions need of the bank. */
export type Sender = Pick<LastroClient, 'operations' | 'waitFor'>;

const KEPT_MAX = 50;
/** How long a result is waited for at a time. */
const WAIT_MS = 60_000;

/** What was sent in this session, newest first. It goes on arriving while another page is shown. */
export class Submissions {
  readonly #sender: Sender;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners = new Set<() => void>();
  #list: readonly Submission[] = [];

  /** @param onFault is told of every failure: one may be that the key is not taken any more. */
  constructor(sender: Sender, onFault: (error: unknown) => void) {
    this.#sender = sender;
    this.#onFault = onFault;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly list = (): readonly Submission[] => this.#list;

  /** Sends a new operation. Its id is there before anything is sent: made here, or by whoever wants to follow it. */
  send(request: OperationRequest, currency: string, id = uuidv7()): Promise<void> {
    const submission = { id, request, currency, sentAtMs: Date.now(), state: 'sending' } as const;
    this.#show([submission, ...this.#list].slice(0, KEPT_MAX));
    return this.#deliver(submission);
  }

  /** Sends one once more that had no answer: the same id and content, so that it takes effect once (I2). */
  retry(id: string): Promise<void> {
    const submission = this.#list.find((candidate) => candidate.id === id);
    if (submission?.state !== 'unanswered') return Promise.resolve();
    this.#change(id, { state: 'sending', error: undefined });
    return this.#deliver(submission);
  }

  async #deliver({ id, request }: Submission): Promise<void> {
    try {
      const [taken] = await this.#sender.operations([{ ...request, id }]);
      this.#arrive(id, taken!);
      while (this.#isAccepted(id)) this.#arrive(id, await this.#sender.waitFor(id, WAIT_MS));
    } catch (error) {
      // Once it was accepted it stays so (I1): only the look at the result has failed.
      const isTaken = this.#isAccepted(id);
      this.#change(id, { state: isTaken || isOpen(error) ? 'unanswered' : 'refused', error });
      this.#onFault(error);
    }
  }

  #isAccepted(id: string): boolean {
    return this.#list.find((submission) => submission.id === id)?.state === 'accepted';
  }

  #arrive(id: string, operation: Operation): void {
    this.#change(id, { state: operation.status, operation });
  }

  #change(id: string, change: { [Field in keyof Submission]?: Submission[Field] | undefined }): void {
    this.#show(
      this.#list.map((submission) =>
        submission.id === id ? ({ ...submission, ...change } as Submission) : submission,
      ),
    );
  }

  #show(list: readonly Submission[]): void {
    this.#list = list;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the operation may have been taken all the same, or may be later. */
function isOpen(error: unknown): boolean {
  const { retryable, mayHaveBeenTaken } = error as { retryable?: boolean; mayHaveBeenTaken?: boolean };
  return retryable === true || mayHaveBeenTaken !== undefined;
}
