import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoggedEvent, parseEventPage } from '../src/events/logged-event.ts';
import { RecentEvents } from '../src/events/recent-events.ts';

function event(sequence: number, index: number): LoggedEvent {
  const id = index === 0 ? String(sequence) : `${sequence}.${index}`;
  const json = `{"id":"${id}","type":"operation.posted","timestamp":"2026-11-22T12:00:00.000Z","data":{}}`;
  return { sequence, index, id, type: 'operation.posted', accounts: ['alice', '@cash.BRL'], json };
}

/** How many events each operation after number `from` has. */
function eventsFrom(from: number, counts: readonly number[]): LoggedEvent[] {
  return counts.flatMap((count, at) =>
    Array.from({ length: count }, (_, index) => event(from + at + 1, index)),
  );
}

const limits = { eventsMax: 10, lengthMax: 10_000 };

describe('recent events', () => {
  it('are all that there is after a sequence, in whole operations, or none of it', () => {
    const pages = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        pages,
        fc.nat(50),
        fc.nat(60),
        fc.integer({ min: 1, max: 8 }),
        (written, start, sequence, count) => {
          const recent = new RecentEvents(start, limits);
          const all: LoggedEvent[] = [];
          let through = start;
          for (const counts of written) {
            const events = eventsFrom(through, counts);
            through += counts.length;
            all.push(...events);
            recent.push({ events, through });
          }
          const expected = all.filter((each) => each.sequence > sequence);
          const found = recent.after(sequence, count);
          if (found === undefined) {
            const kept = recent.after(through, 1);
            expect(kept).toEqual({ events: [], through });
            expect(sequence < start || expected.length > limits.eventsMax - 4).toBe(true);
            return;
          }
          expect(found.events).toEqual(expected.slice(0, found.events.length));
          if (found.events.length < expected.length) {
            expect(found.events.length).toBeGreaterThanOrEqual(count);
            expect(found.through).toBe(found.events.at(-1)!.sequence);
            expect(expected[found.events.length]!.sequence).toBeGreaterThan(found.through);
          } else expect(found.through).toBe(Math.max(sequence, through));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are let go when their text is too long, and when they are too many', () => {
    const recent = new RecentEvents(0, { eventsMax: 1000, lengthMax: event(1, 0).json.length * 3 });
    for (let sequence = 1; sequence <= 9; sequence += 1)
      recent.push({ events: [event(sequence, 0)], through: sequence });
    expect(recent.after(5, 10)).toBeUndefined();
    expect(recent.after(6, 10)?.events.map(({ id }) => id)).toEqual(['7', '8', '9']);
  });
});

describe('a page of the log of events', () => {
  const line = `{"accounts":["alice","@cash.BRL"],"event":${event(7, 2).json}}`;

  it('is cut into events without being parsed', () => {
    expect(parseEventPage('{"through":5,"events":[\n\n]}')).toEqual({ through: 5, events: [] });
    const none = line.replace('"alice","@cash.BRL"', '');
    expect(parseEventPage(`{"through":7,"events":[\n${line},\n${none}\n]}`)).toEqual({
      through: 7,
      events: [event(7, 2), { ...event(7, 2), accounts: [] }],
    });
  });

  it.each([
    ['nothing', ''],
    ['a problem', '{"code":"internal_error"}'],
    ['a page that was cut off', `{"through":7,"events":[\n${line},\n`],
    ['a line that is no event', '{"through":7,"events":[\n{"accounts":[]}\n]}'],
    ['an event without a place', `{"through":7,"events":[\n${line.replace('7.2', '7.')}\n]}`],
  ])('that is %s is refused', (_what, text) => {
    expect(() => parseEventPage(text)).toThrow(TypeError);
  });
});
