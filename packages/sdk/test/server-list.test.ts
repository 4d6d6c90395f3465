import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backoff, backoffMs } from '../src/backoff.ts';
import { type Routing, type Server, ServerList } from '../src/server-list.ts';

const BACKOFF: Backoff = { minMs: 50, maxMs: 5_000, random: () => 0.5 };
const server = (url: string): Server => ({ url, transport: { close: async () => undefined } as never });

function list(count: number, routing: Routing = 'stay', backoff = BACKOFF): ServerList {
  return new ServerList(
    Array.from({ length: count }, (_, index) => server(`s${index}`)),
    routing,
    backoff,
  );
}

describe('the choice of a server', () => {
  it('stays with the first that works, and moves to the next when it fails', () => {
    const servers = list(3);
    const first = servers.choose(0, undefined).server;
    expect([first.url, servers.choose(0, undefined).server.url]).toEqual(['s0', 's0']);
    servers.failed(first, 0);
    expect(servers.choose(0, first).server.url).toBe('s1');
    expect(servers.choose(1_000_000, undefined).server.url).toBe('s1');
  });

  it('spreads requests over every server', () => {
    let next = 0;
    const servers = list(3, 'spread', { ...BACKOFF, random: () => (next++ % 3) / 3 });
    expect([1, 2, 3].map(() => servers.choose(0, undefined).server.url)).toEqual(['s0', 's1', 's2']);
  });

  it('leaves a server alone for as long as it asks, and takes another meanwhile', () => {
    const servers = list(2);
    const first = servers.choose(0, undefined).server;
    servers.failed(first, 0, 7_000);
    const second = servers.choose(10, undefined).server;
    servers.failed(second, 10, 1_000);
    expect(servers.choose(20, undefined)).toMatchObject({ server: { url: 's1' }, readyAtMs: 1_010 });
  });

  it('waits for the only server there is, longer with each failure, until it works again', () => {
    const servers = list(1);
    const { server: only } = servers.choose(0, undefined);
    const rests = [1, 2, 3].map(() => {
      servers.failed(only, 0);
      return servers.choose(0, only).readyAtMs;
    });
    expect(rests).toEqual([25, 50, 100]);
    servers.worked(only);
    servers.failed(only, 0);
    expect(servers.choose(0, only).readyAtMs).toBe(25);
  });

  it('never goes back to the server that just failed while there is another', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(fc.nat(100)),
        fc.boolean(),
        (count, rests, stay) => {
          const servers = list(count, stay ? 'stay' : 'spread');
          let failed: Server | undefined;
          for (const [now, restMs] of rests.entries()) {
            const { server: chosen, readyAtMs } = servers.choose(now, failed);
            expect(chosen).not.toBe(failed);
            expect(readyAtMs).toBeGreaterThanOrEqual(now);
            servers.failed(chosen, now, restMs);
            failed = chosen;
          }
        },
      ),
    );
  });
});

describe('backoff', () => {
  it('is anything up to a step that doubles, and never more than its limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const ms = backoffMs({ ...BACKOFF, random: () => random }, failures);
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(Math.min(5_000, 50 * 2 ** (failures - 1)));
        },
      ),
    );
  });
});
