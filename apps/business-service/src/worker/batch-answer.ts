import type { FinalResult, Outcome } from '../queue/queue.ts';

/** The data service's answer has not the shape that was agreed: nothing in it is believed. */
class MisshapenAnswerError extends Error {
  override readonly name = 'MisshapenAnswerError';
}

/** How the data service writes its answers: each result on a line of its own. */
const OPENING = '{"results":[\n';
const BETWEEN = ',\n';
const CLOSING = '\n]}';

/** A result as the data service writes it, up to the id of the operation, and from there on to what has become of it. */
const BEFORE_OPERATION = '{"operation":';
const BEFORE_ID = `${BEFORE_OPERATION}{"id":"`;
const AFTER_ID = /","type":"[a-z]+","status":"(posted|rejected)"(?:,"reason":"([a-z_]+)")?,/y;
const END = '}}';

/**
 * Reads the answer to a batch of operations with these ids, and checks all that is later relied on: one outcome
 * for each operation, each about that very operation, and each final or dead. Results that are written as the
 * data service writes them are cut out as they are; any other JSON of the same meaning is understood too.
 *
 * @throws MisshapenAnswerError
 */
export function readBatchAnswer(text: string, ids: readonly string[]): Outcome[] {
  const results = cutResults(text) ?? parseResults(text);
  if (results.length !== ids.length) {
    throw new MisshapenAnswerError(`${results.length} results for ${ids.length} operations`);
  }
  return results.map((result, index) => readResult(result, ids[index]!, index));
}

/** The results as texts. JSON has no line break within a text, so each line is a result and no more. */
function cutResults(text: string): string[] | undefined {
  const isInLines = text.startsWith(OPENING) && text.endsWith(CLOSING);
  return isInLines ? text.slice(OPENING.length, -CLOSING.length).split(BETWEEN) : undefined;
}

function parseResults(text: string): unknown[] {
  const answer = parse(text);
  const results = isObject(answer) ? answer['results'] : undefined;
  if (!Array.isArray(results)) throw new MisshapenAnswerError('the answer has no results');
  return results;
}

/** `result`: its text, or what was parsed from that. */
function readResult(result: unknown, id: string, index: number): Outcome {
  if (typeof result !== 'string') return readParsed(result, id, index);
  return cutFinal(result, id) ?? readParsed(parse(result), id, index);
}

/** The final result of operation `id`, if `line` is written as the data service writes that. Cut out: parsing costs ten times as much. */
function cutFinal(line: string, id: string): FinalResult | undefined {
  if (!line.startsWith(BEFORE_ID) || !line.startsWith(id, BEFORE_ID.length) || !line.endsWith(END))
    return undefined;
  AFTER_ID.lastIndex = BEFORE_ID.length + id.length;
  const [, status, reason] = AFTER_ID.exec(line) ?? [];
  const json = line.slice(BEFORE_OPERATION.length, -1);
  if (status === 'posted') return { kind: 'final', json, status };
  if (status === 'rejected' && reason !== undefined) return { kind: 'final', json, status, reason };
  return undefined;
}

function readParsed(result: unknown, id: string, index: number): Outcome {
  if (!isObject(result)) throw new MisshapenAnswerError(`result ${index} is no object`);
  const { operation, conflict, malformed } = result;
  if (operation !== undefined) return readFinal(operation, id, index);
  if (conflict === null) {
    const detail = 'Another operation of the same atomic group has an id that belongs to another operation.';
    return { kind: 'dead', code: 'id_conflict', detail };
  }
  if (conflict !== undefined) {
    const detail = 'The ledger has another operation with this id.';
    return { kind: 'dead', code: 'id_conflict', detail, owner: readFinal(conflict, id, index).json };
  }
  if (typeof malformed === 'string') return { kind: 'dead', code: 'invalid_request', detail: malformed };
  throw new MisshapenAnswerError(`result ${index} says nothing`);
}

/** A result that was given to a waiting client cannot be taken back (I6), so it must be the right one. */
function readFinal(operation: unknown, id: string, index: number): FinalResult {
  if (!isObject(operation) || operation['id'] !== id) {
    throw new MisshapenAnswerError(`result ${index} is not about operation ${id}`);
  }
  const { status, reason } = operation;
  const json = JSON.stringify(operation);
  if (status === 'posted') return { kind: 'final', json, status };
  if (status === 'rejected' && typeof reason === 'string') return { kind: 'final', json, status, reason };
  throw new MisshapenAnswerError(`result ${index}, operation ${id}, is not final`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MisshapenAnswerError('the answer is not JSON', { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
