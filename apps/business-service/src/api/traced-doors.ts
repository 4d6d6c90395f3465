import type { RequestSpans, Span } from '@lastro/service';
import type { OperationDoor, Submission, SubmissionList } from '../intake.ts';
import type { OperationState } from '../operation-state.ts';
import type { Patience } from '../waiters.ts';
import type { DoorOf } from './doors.ts';

/** The same doors; what goes through them in a request that is traced, is traced too. */
export function tracedDoors(doorOf: DoorOf, spans: RequestSpans): DoorOf {
  return (request) => {
    const span = spans.of(request);
    return span === undefined ? doorOf(request) : new TracedDoor(doorOf(request), span);
  };
}

class TracedDoor implements OperationDoor {
  readonly #door: OperationDoor;
  readonly #span: Span;

  constructor(door: OperationDoor, span: Span) {
    this.#door = door;
    this.#span = span;
  }

  async take(submission: Submission, patience: Patience | undefined): Promise<OperationState> {
    const span = this.#span;
    const { id, type } = submission.content;
    span.set({ 'lastro.operation.id': id, 'lastro.operation.type': type });
    const state = await this.#door.take({ ...submission, span }, patience);
    span.set({ 'lastro.outcome': state.kind === 'final' ? state.status : state.kind });
    return state;
  }

  takeAll(list: SubmissionList, patience: Patience | undefined): Promise<OperationState[]> {
    const span = this.#span;
    span.set({ 'lastro.operations': list.operations.length, 'lastro.atomic': list.atomic });
    return this.#door.takeAll({ ...list, span }, patience);
  }
}
