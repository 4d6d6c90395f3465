import type { Operation } from '@lastro/contract';
import type { Failure, FinalResult, KnownOperation, Outcome } from './queue/queue.ts';

/** An operation as this service can show it now. */
export type OperationState =
  /** On disk, not final. `json` is an Operation with status `accepted`. */
  | { readonly kind: 'accepted'; readonly json: string }
  | FinalResult
  /** The ledger has another operation under this id, or under that of a neighbour in the atomic group. */
  | { readonly kind: 'conflict'; readonly failure: Failure };

/** Says how operations stand, in the words of the API. */
export class OperationStates {
  readonly #acceptedTail: string;

  /** `businessId`: who accepted whatever is in the queue here. */
  constructor(businessId: string) {
    this.#acceptedTail = `,"status":"accepted","acceptedBy":${JSON.stringify(businessId)}}`;
  }

  /** An operation that is in the queue. `submitted` is its SubmittedOperation; the answer is spliced, not parsed. */
  acceptedJson(submitted: string): string {
    return submitted.slice(0, -1) + this.#acceptedTail;
  }

  ofKnown(known: KnownOperation): OperationState {
    if (known.state === 'final') {
      const { status, reason } = JSON.parse(known.json) as Operation;
      return { kind: 'final', json: known.json, status: status === 'posted' ? 'posted' : 'rejected', reason };
    }
    if (known.state === 'dead' && known.failure.code === 'id_conflict')
      return { kind: 'conflict', failure: known.failure };
    // Any other dead letter has been accepted, and can still be posted once an operator has seen to it.
    return { kind: 'accepted', json: this.acceptedJson(known.json) };
  }

  /** What has become of an operation; `undefined` where it is still only accepted. */
  ofOutcome(outcome: Outcome): OperationState | undefined {
    if (outcome.kind === 'final') return outcome;
    return outcome.code === 'id_conflict' ? { kind: 'conflict', failure: outcome } : undefined;
  }
}
