import { ProblemError } from '@lastro/service';
import { refuseUnlessAllowed, stateShownTo } from './access/customers.ts';
import type { LedgerReads } from './api/ledger-reads.ts';
import type { OperationDoor, Submission, SubmissionList } from './intake.ts';
import type { OperationState, OperationStates } from './operation-state.ts';
import { entryOf } from './submitted-operation.ts';
import { readBatchAnswer } from './worker/batch-answer.ts';

/** Says what would come of operations now, by the rules and the accounts of the ledger; nothing is queued or written. */
export class DryRun implements OperationDoor {
  readonly #ledger: LedgerReads;
  readonly #states: OperationStates;

  constructor(ledger: LedgerReads, states: OperationStates) {
    this.#ledger = ledger;
    this.#states = states;
  }

  /** @throws ProblemError `forbidden`, `ledger_unavailable`, or what the ledger answers. */
  async take(submission: Submission): Promise<OperationState> {
    const { sender } = submission;
    const [state] = await this.takeAll({ sender, operations: [submission], atomic: false });
    return state!;
  }

  /** @throws ProblemError as `take` does. */
  async takeAll({ operations, sender }: SubmissionList): Promise<OperationState[]> {
    const now = new Date().toISOString();
    const entries = operations.map(({ content }, index) => {
      refuseUnlessAllowed(sender, content, operations.length === 1 ? '' : `operations/${index}: `);
      return entryOf(content, sender, now);
    });
    const body = Buffer.from(`{"operations":[${entries.map(({ json }) => json).join(',')}]}`);
    const answer = await this.#ledger.ask('/v1/dry-runs', body);
    if (answer.status !== 200) throw new ProblemError('ledger_unavailable');
    const outcomes = readBatchAnswer(
      answer.body,
      entries.map(({ id }) => id),
    );
    return outcomes.map((outcome) => {
      const state = this.#states.ofOutcome(outcome);
      if (state === undefined)
        throw new ProblemError('invalid_request', 'detail' in outcome ? outcome.detail : undefined);
      return stateShownTo(sender, state);
    });
  }
}
