import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTraces } from '../src/queue/operation-traces.ts';
import { traceHeaders, tracesIn } from '../src/queue/rabbit/trace-header.ts';

const traceOf = (index: number) => ({
  index,
  context: { traceId: 'a'.repeat(32), spanId: index.toString(16).padStart(16, 'b') },
});
const some = [traceOf(0), traceOf(7)];
const [[name, sound]] = Object.entries(traceHeaders(some)) as [[string, Buffer]];

test('the header of a message says which of its operations are traced', () => {
  expect(tracesIn(traceHeaders(some), 8)).toEqual(some);
  expect(tracesIn({ other: 'header', ...traceHeaders(some) }, 8)).toEqual(some);
});

test('it fits in the smallest frame that there is, however many are traced', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => traceOf(index));
  const headers = traceHeaders(many);
  expect(headers[name]!.length).toBeLessThan(3_700);
  expect(tracesIn(headers, many.length)).toEqual(many.slice(0, 128));
});

test.each([
  ['there are no headers', undefined],
  ['it is missing', {}],
  ['it is text', { [name]: sound.toString('latin1') }],
  ['it is empty', { [name]: Buffer.alloc(0) }],
  ['it has a version and no more', { [name]: sound.subarray(0, 1) }],
  ['it is of another version', { [name]: Buffer.concat([Buffer.of(2), sound.subarray(1)]) }],
  ['it is cut off', { [name]: sound.subarray(0, -1) }],
  ['it is too long by a byte', { [name]: Buffer.concat([sound, Buffer.of(0)]) }],
  [
    'it has more than is ever sent',
    {
      [name]: Buffer.concat([Buffer.of(1), packTraces(Array.from({ length: 129 }, (_, at) => traceOf(at)))]),
    },
  ],
  ['it is about operations that are not there', traceHeaders([traceOf(8)])],
])('nothing is read of it when %s', (_, headers) => {
  expect(tracesIn(headers, 8)).toBeUndefined();
});

test('whatever is in it, what is read is about operations of the message', () => {
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ minLength: 56, maxLength: 56 }).map((bytes) => Buffer.from([1, ...bytes])),
    fc.anything(),
  );
  fc.assert(
    fc.property(value, fc.nat(5), (header, count) => {
      for (const { index, context } of tracesIn({ [name]: header }, count) ?? []) {
        expect(index).toBeLessThan(count);
        expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
      }
    }),
  );
});
