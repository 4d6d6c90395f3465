import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventFrame, eventFrames } from '../src/event-frames.ts';

async function framesOf(...pieces: string[]): Promise<EventFrame[]> {
  const frames: EventFrame[] = [];

  async function* stream() {
    yield* pieces;
  }
  for await (const frame of eventFrames(stream())) frames.push(frame);
  return frames;
}

describe('the frames of a stream of events', () => {
  it('are ids, data of one or more lines, and ids without data', async () => {
    const text =
      'retry: 1000\nid: 7\n\n: a comment\n\nid: 8\nevent: x\ndata: {"a":1}\n\ndata:one\ndata: two\n\ndata\n\n';
    expect(await framesOf(text)).toEqual([
      { id: '7' },
      {},
      { id: '8', data: '{"a":1}' },
      { data: 'one\ntwo' },
      { data: '' },
    ]);
  });

  it('leave out what was cut off in the middle', async () => {
    expect(await framesOf('id: 1\ndata: a\n\nid: 2\ndata: b\n')).toEqual([{ id: '1', data: 'a' }]);
  });

  it('are the same however the stream is cut, and with whatever line breaks', async () => {
    const frames = fc.array(
      fc.record({
        id: fc.nat().map(String),
        data: fc.string({ maxLength: 5 }).filter((text) => !/[\r\n]/.test(text)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        frames,
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(500)),
        async (expected, lineBreak, cuts) => {
          const text = expected
            .map(({ id, data }) => `id: ${id}${lineBreak}data: ${data}${lineBreak}${lineBreak}`)
            .join('');
          const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
          const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
          // A bare carriage return at the end may be the first half of a line break.
          if (lineBreak === '\r') pieces.push(':\n');
          expect(await framesOf(...pieces)).toEqual(expected);
        },
      ),
    );
  });

  it('that never end are refused', async () => {
    await expect(framesOf(...Array.from({ length: 11 }, () => 'x'.repeat(1_000_000)))).rejects.toThrow(
      RangeError,
    );
  });
});
