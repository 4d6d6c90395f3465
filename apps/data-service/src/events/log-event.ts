import { type EventPosition, eventIdOf, type EventType } from '@lastro/contract';
import { operationJson } from '../api/operation-json.ts';
import type { Crossing } from './balance-crossings.ts';
import type { LoggedOperation } from './operation-log.ts';

/** One event at its place in the log. */
export interface LogEvent extends EventPosition {
  readonly type: EventType;
  /** The accounts that it is about. */
  readonly accounts: readonly string[];
  /** The contract's `Event`: always the same text, to the byte. */
  readonly json: string;
}

/** The events that come from one operation, in order: first what became of it, then whose value it made a balance cross. */
export function eventsOf(operation: LoggedOperation, crossings: readonly Crossing[]): LogEvent[] {
  const { sequence, postedAt } = operation;
  const type = operation.status === 'posted' ? 'operation.posted' : 'operation.rejected';
  const first = {
    sequence,
    index: 0,
    type,
    accounts: accountsOf(operation),
    json: eventJson({ sequence, index: 0 }, type, postedAt, operationJson(operation)),
  } as const;
  if (crossings.length === 0) return [first];
  const others = crossings.map(({ type: crossed, crossing }, index) => {
    const position = { sequence, index: index + 1 };
    return {
      ...position,
      type: crossed,
      accounts: [crossing.account],
      json: eventJson(position, crossed, postedAt, JSON.stringify(crossing)),
    };
  });
  return [first, ...others];
}

/** An event on its way to a business service, which reads what it needs without parsing the rest. */
export function logLine({ accounts, json }: LogEvent): string {
  return `{"accounts":[${accounts.map((account) => `"${account}"`).join(',')}],"event":${json}}`;
}

function eventJson(position: EventPosition, type: EventType, timestamp: string, data: string): string {
  return `{"id":"${eventIdOf(position)}","type":"${type}","timestamp":"${timestamp}","data":${data}}`;
}

/** Those that the operation names, and those that it is about: whatever its type, they are under these names. */
function accountsOf({ content, partyIds }: LoggedOperation): string[] {
  const { account, from, to } = content as { account?: string; from?: string; to?: string };
  return [...new Set([...[account, from, to].filter((id) => id !== undefined), ...partyIds])];
}
