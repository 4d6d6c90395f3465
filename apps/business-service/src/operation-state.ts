import type { Operation } from '@lastro/contract';
import type { Failure, KnownOperation } from './queue/queue.ts';
import type { Delivered } from './worker/deliver.ts';

/** An operation as this service can show it now. */
export type OperationState =
  /** On disk, not final. `json` is an Operation with status `accepted`. */
  | { readonly kind: 'accepted'; readonly json: string }
  | { readonly kind: 'final'; readonly json: string; readonly operation: Operation }
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
      return { kind: 'final', json: known.json, operation: JSON.parse(known.json) as Operation };
    }
    if (known.state === 'dead' && known.failure.code === 'id_conflict')
      return { kind: 'conflict', failure: known.failure };
    // Any other dead letter has been accepted, and can still be posted once an operator has seen to it.
    return { kind: 'accepted', json: this.acceptedJson(known.json) };
  }

  /** What the delivery of an operation has made of it; `undefined` where it is still only accepted. */
  ofDelivered({ outcome, verdict }: Delivered): OperationState | undefined {
    if (outcome.kind === 'final' && verdict !== undefined && 'operation' in verdict) {
      return { kind: 'final', json: outcome.json, operation: verdict.operation };
    }
    return outcome.kind === 'dead' && outcome.code === 'id_conflict'
      ? { kind: 'conflict', failure: outcome }
      : undefined;
  }
}
