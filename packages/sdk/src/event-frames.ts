/** One block of a stream of Server-Sent Events. */
export interface EventFrame {
  readonly id?: string;
  /** Absent where only the place in the stream is told. */
  readonly data?: string;
}

/** A frame longer than this is none of a bank's. */
const FRAME_LENGTH_MAX = 10_000_000;

/**
 * Cuts a stream of text into frames. Unlike an `EventSource`, and the parsers made after it, it also gives those without data: their
 * id says where to go on.
 *
 * @throws RangeError when a frame has no end.
 */
export async function* eventFrames(pieces: AsyncIterable<string>): AsyncGenerator<EventFrame, void, void> {
  let rest = '';
  let lines: string[] = [];
  for await (const piece of pieces) {
    const text = rest + piece;
    // A line break of two characters may be cut in two.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const found = text.slice(0, end).split(/\r\n|\n|\r/);
    rest = found.pop()! + text.slice(end);
    if (rest.length > FRAME_LENGTH_MAX) throw new RangeError('an event has no end');
    for (const line of found) {
      if (line !== '') lines.push(line);
      else if (lines.length > 0) {
        yield frameOf(lines);
        lines = [];
      }
    }
  }
}

function frameOf(lines: readonly string[]): EventFrame {
  let id: string | undefined;
  const data: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return {
    ...(id === undefined ? {} : { id }),
    ...(data.length === 0 ? {} : { data: data.join('\n') }),
  };
}
