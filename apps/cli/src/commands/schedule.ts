import { type Schedule, SCHEDULE_STATES, type ScheduleState } from '@lastro/contract';
import type { LastroClient } from '@lastro/sdk';
import { type Command, Option } from 'commander';
import { withBank } from '../bank-session.ts';
import type { CommandContext } from '../command-context.ts';
import { addBankFlags, type BankFlags } from '../find-bank.ts';
import { operationId, wholeNumber } from '../flag-values.ts';
import { tableLines } from '../table.ts';

interface ShowFlags extends BankFlags {
  readonly json?: boolean;
}

interface ListFlags extends ShowFlags {
  readonly state?: ScheduleState;
  readonly limit: number;
}

const LIST_MAX = 1_000_000;

/** `lastro schedule list|show|cancel` */
export function register(program: Command, context: CommandContext): void {
  const schedule = program.command('schedule').description('list scheduled operations, show or cancel some');
  addBankFlags(schedule.command('list'))
    .description('list schedules, newest first')
    .addOption(new Option('--state <state>', 'only those that stand so').choices(SCHEDULE_STATES))
    .option('--limit <count>', 'most schedules to show', wholeNumber(1, LIST_MAX), 50)
    .option('--json', 'one JSON object with all of them')
    .action((flags: ListFlags) => list(flags, context));
  addBankFlags(schedule.command('show'))
    .argument('<schedule>', 'id of the schedule', operationId)
    .description('show one schedule, and the ids of its operations')
    .option('--json', 'the schedule as JSON')
    .action((id: string, flags: ShowFlags) => show(id, flags, context));
  addBankFlags(schedule.command('cancel'))
    .argument('<schedule>', 'id of the schedule', operationId)
    .description('cancel a schedule that has not started')
    .option('--json', 'the schedule as JSON')
    .action((id: string, flags: ShowFlags) => cancel(id, flags, context));
}

async function list(flags: ListFlags, context: CommandContext): Promise<void> {
  const { state, limit, json } = flags;
  const found = await withBank(flags, context, (client) => readSchedules(client, state, limit + 1));
  const schedules = found.slice(0, limit);
  const more = found.length > limit;
  const { terminal } = context;
  if (json === true) return terminal.print(JSON.stringify({ schedules, more }));
  if (schedules.length === 0) return terminal.note('no schedules');
  const columns = [
    { head: 'schedule' },
    { head: 'for' },
    { head: 'state' },
    { head: 'operations', align: 'right' },
  ] as const;
  for (const line of tableLines(columns, schedules.map(rowOf))) terminal.print(line);
  if (more) terminal.note(`there are more: --limit ${limit * 10}`);
}

async function readSchedules(
  client: LastroClient,
  state: ScheduleState | undefined,
  countMax: number,
): Promise<Schedule[]> {
  const found: Schedule[] = [];
  for await (const schedule of client.allSchedules(state === undefined ? {} : { state })) {
    found.push(schedule);
    if (found.length === countMax) break;
  }
  return found;
}

function rowOf(schedule: Schedule): string[] {
  const { id, scheduledFor, operations } = schedule;
  return [id, scheduledFor, stateOf(schedule), String(operations.length)];
}

async function show(id: string, flags: ShowFlags, context: CommandContext): Promise<void> {
  const schedule = await withBank(flags, context, (client) => client.scheduleState(id));
  const { terminal } = context;
  if (flags.json === true) return terminal.print(JSON.stringify(schedule));
  terminal.print(`${stateOf(schedule)}, for ${schedule.scheduledFor}; made by ${schedule.createdBy}`);
  for (const { id: operation, type } of schedule.operations) terminal.print(`operation ${operation} ${type}`);
}

async function cancel(id: string, flags: ShowFlags, context: CommandContext): Promise<void> {
  const schedule = await withBank(flags, context, (client) => client.cancelSchedule(id));
  const { terminal } = context;
  terminal.print(flags.json === true ? JSON.stringify(schedule) : `cancelled schedule ${id}`);
}

function stateOf({ state, conflict }: Schedule): string {
  return conflict === true ? `${state}, with a conflict of ids` : state;
}
