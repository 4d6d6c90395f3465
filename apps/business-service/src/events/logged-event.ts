import { type EventPosition, type EventType, parseEventId } from '@lastro/contract';

/** One event, as it came from the log. */
export interface LoggedEvent extends EventPosition {
  readonly id: string;
  readonly type: EventType;
  /** The accounts that it is about. */
  readonly accounts: readonly string[];
  /** The contract's `Event`. */
  readonly json: string;
}

/** Events in order: all those of whole operations, up to and with sequence `through`. */
export interface EventPage {
  readonly through: number;
  readonly events: readonly LoggedEvent[];
}

const HEAD = /^\{"through":(\d{1,16}),"events":\[$/;
const LINE = /^\{"accounts":\[([^\]]*)\],"event":(\{"id":"([0-9.]+)","type":"([a-z.]+)",.*\})\},?$/;

/**
 * Reads the answer of GET /v1/event-log, which has each event on a line of its own: what is inside is passed on as it is.
 *
 * @throws TypeError for anything else.
 */
export function parseEventPage(text: string): EventPage {
  const lines = text.split('\n');
  const through = HEAD.exec(lines[0]!)?.[1];
  if (through === undefined || lines.at(-1) !== ']}') throw new TypeError('this is no page of events');
  const events = lines
    .slice(1, -1)
    .filter((line) => line !== '')
    .map(parseLine);
  return { through: Number(through), events };
}

function parseLine(line: string): LoggedEvent {
  const [, accounts, json, id, type] = LINE.exec(line) ?? [];
  const position = id === undefined ? undefined : parseEventId(id);
  if (id === undefined || position === undefined)
    throw new TypeError('a line of the log of events is no event');
  return {
    ...position,
    id,
    type: type as EventType,
    accounts: accounts === '' ? [] : accounts!.slice(1, -1).split('","'),
    json: json!,
  };
}
