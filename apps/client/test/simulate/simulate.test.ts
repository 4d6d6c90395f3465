import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KEY, startBank } from '../../../../packages/sdk/test/bank-in-memory.ts';
import {
  reportLines,
  simulate,
  SIMULATION_DEFAULTS,
  type SimulationProgress,
  type SimulationReport,
  type SimulationSettings,
} from '../../src/index.ts';

// Whole runs against a bank in this process: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let bank: Awaited<ReturnType<typeof startBank>>;
let told: SimulationProgress[];
let onProgress: (progress: SimulationProgress) => void;
beforeEach(async () => {
  bank = await startBank(3);
  told = [];
  onProgress = () => undefined;
});
afterEach(() => bank.stop());

const SMALL = {
  accounts: 6,
  clients: 8,
  operations: 400,
  durationMs: 60_000,
  seed: 3,
  settleTimeoutMs: 400,
} as const;

async function run(
  settings: Partial<SimulationSettings> = {},
  stop?: AbortSignal,
): Promise<SimulationReport> {
  const servers = bank.doors.map(({ url }) => url);
  const all = { ...SIMULATION_DEFAULTS, ...SMALL, servers, key: KEY, ...settings };
  const progress = (now: SimulationProgress): void => {
    told.push(now);
    onProgress(now);
  };
  return simulate(all, { progress }, stop);
}

/** The checks that found something. */
function off({ checks }: SimulationReport): string[] {
  return checks.filter(({ discrepancies }) => discrepancies > 0).map(({ check }) => check);
}

/** True for the `n`th call only. */
function nth(n: number): () => boolean {
  let calls = 0;
  return () => ++calls === n;
}

describe('a simulation of a sound bank', () => {
  it.each([
    ['one operation per request', {}],
    ['many per request', { bulk: 50 }],
    ['at a rate', { ratePerSecond: 2_000 }],
    ['on one hot account', { hotAccountPercent: 100, accounts: 2 }],
    ['in another currency', { currency: 'JPY' }],
  ])('finds nothing, %s', async (_name, settings) => {
    const report = await run(settings);
    expect(report.discrepancies).toEqual([]);
    expect(report.discrepancyCount).toBe(0);
    expect(report.load).toMatchObject({ sent: 400, acknowledged: 400, unknown: 0, refused: 0, failovers: 0 });
    expect(report.results.posted + report.results.rejected).toBe(400);
    expect(report.results.rejectedByReason['insufficient_funds']).toBe(report.results.rejected);
    expect(report.checked.sentAgain).toBe(400);
    expect(report.latency.accept.count).toBeGreaterThan(0);
    expect(report.latency.posted.count).toBeGreaterThan(0);
  });

  it('does not see what others do in the same bank meanwhile', async () => {
    const reports = await Promise.all([run(), run(), run({ seed: 4 })]);
    expect(reports.map(({ discrepancyCount }) => discrepancyCount)).toEqual([0, 0, 0]);
  });

  it('tells how it goes, phase by phase, and reports it in words', async () => {
    const report = await run();
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual(['opening', 'load', 'settling', 'checking']);
    expect(told.at(-1)).toMatchObject({ sent: 400, accepted: 400 });
    expect(reportLines(report).at(-1)).toBe('No discrepancy.');
    expect(JSON.stringify(report)).not.toContain(KEY);
  });

  it('ends early when it is told to, and still checks all it sent', async () => {
    const stop = new AbortController();
    const running = run({ operations: 1_000_000 }, stop.signal);
    bank.doors[0]!.fault = () => {
      stop.abort();
      return undefined;
    };
    const report = await running;
    expect(report.discrepancyCount).toBe(0);
    expect(report.checked.operations).toBe(report.load.sent);
  });

  it('ends early also when the next operation is due much later', async () => {
    const stop = new AbortController();
    onProgress = ({ sent }) => void (sent > 0 && stop.abort());
    const report = await run({ ratePerSecond: 1 }, stop.signal);
    expect(report).toMatchObject({ discrepancyCount: 0, load: { overdue: 0 } });
    expect(report.load.acknowledged).toBe(report.load.sent);
    expect(report.load.sent).toBeLessThan(20);
  });
});

describe('a simulation while services fail', () => {
  it('finds nothing when connections drop, before and after the operation was taken, and queues are full', async () => {
    let requests = 0;
    const faults = ['drop-before', 'drop-after', { status: 503 }, { status: 500 }] as const;
    for (const door of bank.doors) {
      door.fault = ({ method, url }) =>
        method === 'POST' && url !== '/v1/operations' && ++requests % 5 === 0
          ? faults[(requests / 5) % 4]
          : undefined;
    }
    const report = await run();
    expect(report.discrepancies).toEqual([]);
    expect(report.load.failovers).toBeGreaterThan(20);
  });

  it('finds nothing when a service goes for good: what it had taken is posted', async () => {
    let requests = 0;
    bank.doors[2]!.fault = () => {
      if (++requests === 30) void bank.doors[2]!.kill();
      return undefined;
    };
    const report = await run();
    expect(report.discrepancies).toEqual([]);
    expect(report.load.failovers).toBeGreaterThan(0);
  });

  it('waits for what is acknowledged and not posted yet', async () => {
    const [door] = bank.doors;
    let requests = 0;
    door!.fault = ({ method, url }) => {
      if (method === 'POST' && ++requests === 40) door!.paused = true;
      // Asked for the first time: now the bank goes on.
      if (url.startsWith('/v1/operations/')) door!.resume();
      return undefined;
    };
    const report = await run();
    expect(report.discrepancies).toEqual([]);
    expect(door!.paused).toBe(false);
  });
});

describe('a simulation of a bank that is slow at the end', () => {
  it('reads again what was posted after it had read a statement', async () => {
    const [door] = bank.doors;
    let requests = 0;
    door!.fault = ({ method }) => {
      if (method === 'POST' && ++requests === 40) door!.paused = true;
      return undefined;
    };
    for (const { fault, each } of bank.doors.map((each) => ({ each, fault: each.fault }))) {
      // Only when the last statement is read does the queue of the slow service go on.
      each.fault = (request) => {
        if (request.url.includes('.5/statement')) door!.resume();
        return fault(request);
      };
    }
    const report = await run({ settleTimeoutMs: 2_000 });
    expect(report.discrepancies).toEqual([]);
    expect(door!.paused).toBe(false);
  });
});

describe('a simulation finds', () => {
  it('a lost operation', async () => {
    bank.ledger.tampering.lose = nth(150);
    const report = await run({ settleTimeoutMs: 2_000 });
    expect(off(report)).toEqual(['final']);
    expect(report.discrepancies).toMatchObject([
      { check: 'final', expected: 'posted or rejected', found: 'no result' },
    ]);
    expect(reportLines(report).join('\n')).toContain('1 discrepancy:');
  });

  it('an operation that took effect twice', async () => {
    let times = 0;
    bank.ledger.tampering.double = ({ type }) => type === 'deposit' && ++times === 20;
    const report = await run();
    expect(off(report)).toEqual(expect.arrayContaining(['once', 'balances', 'conserved']));
  });

  it('one wrong balance in the middle', async () => {
    let planted: { account: string; sequence: number } | undefined;
    bank.ledger.tampering.balance = (account, sequence, balance) => {
      if (account.startsWith('sim-') && sequence >= 200 && sequence < Infinity)
        planted ??= { account, sequence };
      return planted?.account === account && planted.sequence === sequence ? balance + 1 : balance;
    };
    const report = await run();
    expect(report.discrepancies).toMatchObject([{ check: 'entries', ...planted }]);
  });

  it('a final balance that is one cent off', async () => {
    bank.ledger.tampering.balance = (account, sequence, balance) =>
      account.endsWith('.3') && sequence === Infinity ? balance - 1 : balance;
    expect(off(await run())).toEqual(['balances', 'conserved']);
  });

  it('a rejection without a reason for it', async () => {
    const planted = nth(100);
    let id: string | undefined;
    bank.ledger.tampering.lose = (operation) => {
      if (!planted()) return false;
      id = operation.id;
      // Stored as rejected, though it is a deposit, which can never lack funds.
      bank.ledger.apply({ ...operation, type: 'withdrawal', account: 'nobody', amount: 1 } as never);
      return true;
    };
    bank.ledger.tampering.result = (operation) =>
      operation.id === id ? { ...operation, reason: 'insufficient_funds' } : operation;
    expect(off(await run({ mix: { deposit: 1, withdrawal: 0, transfer: 0 } }))).toContain('rejections');
  });

  it('a result that changes when the operation is sent again', async () => {
    let checking = false;
    bank.ledger.tampering.result = (operation) => {
      checking ||= told.at(-1)?.phase === 'checking';
      return checking && operation.type === 'deposit'
        ? { ...operation, sequence: operation.sequence! + 1_000_000 }
        : operation;
    };
    expect(off(await run())).toContain('stable');
  });

  it('a place in the ledger that was given twice', async () => {
    bank.ledger.tampering.sequence = (sequence) => (sequence === 200 ? 201 : sequence);
    expect(off(await run({ mix: { deposit: 1, withdrawal: 0, transfer: 0 } }))).toContain('once');
  });

  it('a refusal at the door of an operation that is right', async () => {
    let requests = 0;
    bank.doors[1]!.fault = ({ method }) =>
      method === 'POST' && ++requests === 20 ? { status: 400 } : undefined;
    const report = await run();
    expect(off(report)).toEqual(['taken']);
    expect(report.load.refused).toBeGreaterThan(0);
  });
});
