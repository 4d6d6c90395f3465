import {
  type Schedule,
  SCHEDULE_STATES,
  type ScheduleState,
  type SubmittedOperation,
  type SubmittedSchedule,
} from '@lastro/contract';
import { type AcceptedOperation, sameContent } from '@lastro/ledger';

/** What lists need of a row of `schedule`. Instants are RFC 3339, UTC. */
export const SHOWN_COLUMNS =
  'number, id, scheduled_for, state, conflict, shown, created_at, created_by, started_at, ended_at';

export interface ShownRow {
  readonly number: number;
  readonly id: string;
  readonly scheduled_for: string;
  readonly state: number;
  readonly conflict: boolean;
  readonly shown: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

/** What the operations of a schedule that has started are made of. */
export interface StartedRow {
  readonly id: string;
  readonly operations: string;
  readonly accepted_by: string;
  readonly started_at: string;
}

/** A schedule that is to be kept; its operations are well formed. */
export interface NewSchedule extends Omit<SubmittedSchedule, 'operations'> {
  readonly operations: readonly SubmittedOperation[];
  /** The business service that took it. */
  readonly acceptedBy: string;
}

export function stateNumber(state: ScheduleState): number {
  return SCHEDULE_STATES.indexOf(state);
}

/** A schedule as people see it. */
export function scheduleOf(row: ShownRow): Schedule {
  return {
    id: row.id,
    scheduledFor: row.scheduled_for,
    state: SCHEDULE_STATES[row.state]!,
    ...(row.conflict ? { conflict: true } : {}),
    operations: JSON.parse(row.shown) as Schedule['operations'],
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.started_at === null ? {} : { startedAt: row.started_at }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}

/** What lists show of operations. */
export function shownOf(operations: readonly SubmittedOperation[]): string {
  return JSON.stringify(operations.map(({ id, type }) => ({ id, type })));
}

/** Whether the schedule that is known under an id asks for the same as another with that id (I7). */
export function isSameSchedule(
  known: { readonly scheduled_for: string; readonly operations: string },
  { scheduledFor, operations }: NewSchedule,
): boolean {
  const stored = JSON.parse(known.operations) as SubmittedOperation[];
  return (
    Date.parse(known.scheduled_for) === Date.parse(scheduledFor) &&
    stored.length === operations.length &&
    stored.every((operation, index) => sameContent(operation, operations[index]!))
  );
}

/** The operations of a schedule that has started: the same ones each time, with the instant at which it has. */
export function operationsOf({ operations, accepted_by, started_at }: StartedRow): AcceptedOperation[] {
  const stored = JSON.parse(operations) as SubmittedOperation[];
  return stored.map((operation) => ({ ...operation, acceptedBy: accepted_by, acceptedAt: started_at }));
}
