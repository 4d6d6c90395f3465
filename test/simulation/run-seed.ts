import { Bank } from './bank/bank.ts';
import { Chaos } from './bank/chaos.ts';
import { drawSettings } from './bank/settings.ts';
import { checkAnswers, type LetterOfHost } from './check/check-answers.ts';
import { checkNothingWritten } from './check/check-dry-runs.ts';
import { checkMemories } from './check/check-memories.ts';
import { checkLedger, type NotedHead } from './check/check-ledger.ts';
import { Journal } from './check/journal.ts';
import { countSituations } from './check/count-situations.ts';
import { Client, type Crowd } from './clients/client.ts';
import { Operator } from './clients/operator.ts';
import { SentOperations } from './clients/sent-operations.ts';
import type { Content } from './clients/wire-content.ts';
import type { Mutation } from './mutations/mutation.ts';
import { replacePoolRequests } from './network/undici-pool.ts';
import type { Coverage } from './world/faults.ts';
import { replaceGlobals } from './world/globals.ts';
import { Random } from './world/random.ts';
import { World } from './world/world.ts';

/** After the faults have ended, how long the bank has to finish its work. Simulated time. */
const DRAIN_MS = 120_000;
const HEAD_NOTED_EVERY_MS = 150;

export interface SeedOptions {
  readonly mutation?: Mutation | undefined;
  /** Told of every event. */
  readonly onEvent?: ((line: string) => void) | undefined;
}

export interface SeedReport {
  readonly seed: number;
  /** What does not hold, one line each; empty when all is well. */
  readonly problems: readonly string[];
  /** The last things that happened. */
  readonly notes: readonly string[];
  /** Of everything that happened: two runs of a seed have the same. */
  readonly digest: string;
  readonly events: number;
  readonly operations: number;
  readonly acknowledged: number;
  readonly simulatedMs: number;
  readonly coverage: Coverage;
}

/** Simulates one bank, from its first start through its faults to its rest, and checks what is left. */
export async function runSeed(seed: number, { mutation, onEvent }: SeedOptions = {}): Promise<SeedReport> {
  const world = new World(seed, onEvent);
  const settings = drawSettings(new Random(`${seed}/settings`));
  const bank = new Bank(world, settings, mutation);
  const journal = new Journal({
    world,
    resultsAreKept: settings.resultsKeptMax > 1_000,
    ledgerIsDown: () => bank.ledgerIsDown,
    newestBatch: () => bank.server.tables.head.batch,
  });
  bank.network.observe(journal);
  const restorers = [replaceGlobals(world), replacePoolRequests(world, bank.network, mutation)];
  const heads: NotedHead[] = [];
  const unhandled: string[] = [];
  const onUnhandled = (error: unknown) => unhandled.push(`nobody has handled ${describe(error)}`);
  process.on('unhandledRejection', onUnhandled);
  let problems: string[];
  try {
    const clients = createClients(bank);
    const operator = new Operator(bank, new Random(`${seed}/operator`));
    operator.start();
    problems = await live(bank, clients, heads);
    problems.push(
      ...checkIds(journal, clients),
      ...checkLedger(bank.server.tables, journal, heads, (fromMs, toMs) =>
        world.clocks.between(bank.dataServices, fromMs, toMs),
      ),
      ...checkNothingWritten(journal, bank),
      ...checkAnswers(journal, bank.server.tables, lettersOf(bank, operator)),
      ...checkMemories(bank, journal),
    );
  } catch (error) {
    problems = [`a fault of ours: ${describe(error)}`];
  } finally {
    for (const restore of restorers) restore();
    // Only now is the real event loop entered again; it tells of what was rejected and not handled.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
  }
  countSituations(bank, journal);
  world.trace.data(bank.server.tables.head.hash);
  return {
    seed,
    problems: [...unhandled, ...problems],
    notes: world.trace.lastNotes,
    digest: world.trace.digest(),
    events: world.trace.events,
    operations: bank.server.tables.records.length,
    acknowledged: journal.acknowledgements.length,
    simulatedMs: world.scheduler.nowMs,
    coverage: world.faults.coverage,
  };
}

function createClients(bank: Bank): Client[] {
  const crowd: Crowd = { notebooks: [], sent: new SentOperations() };
  return Array.from({ length: bank.settings.clients }, (_, index) => {
    const name = `client-${index + 1}`;
    return new Client(name, bank, new Random(`${bank.world.seed}/${name}`), crowd);
  });
}

async function live(bank: Bank, clients: readonly Client[], heads: NotedHead[]): Promise<string[]> {
  const { world, settings } = bank;
  bank.start();
  for (const client of clients) client.start();
  new Chaos(bank, clients).start();
  noteHeads(bank, heads);
  await world.scheduler.run(() => false, settings.loadMs);
  world.note('the faults have ended');
  world.faults.end();
  bank.heal();
  for (const client of clients) client.endLoad();
  const isDone = () =>
    bank.isIdle && clients.every(({ finished }) => finished) && bank.overdueHolds().length === 0;
  if (await world.scheduler.run(isDone, settings.loadMs + DRAIN_MS)) return [];
  const waiting = clients.flatMap(({ name, unfinished }) => unfinished.map((what) => `${name}: ${what}`));
  const queued = bank.businessServices.map(
    (name) => `${name} has ${bank.businessService(name)?.queue.depth ?? 'no'} operations in its queue`,
  );
  const overdue = bank.overdueHolds().map((id) => `nobody releases hold ${id}, whose time is over`);
  return ['the bank does not come to rest', ...waiting.slice(0, 10), ...queued, ...overdue];
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message} ${error.stack ?? ''}` : String(error);
}

/** A client notes an id down before it sends it: one that it has not noted was made somewhere on the way. */
function checkIds(journal: Journal, clients: readonly Client[]): string[] {
  const noted = new Set(clients.flatMap(({ ids }) => ids));
  return [...journal.asked.keys()]
    .filter((id) => !noted.has(id))
    .map((id) => `${id} was sent, and no client has noted it down (I2)`);
}

/** Every dead letter that the operator saw, and those that are left. */
function lettersOf(bank: Bank, operator: Operator): LetterOfHost[] {
  const seen = operator.seen.map(({ host, letter: { code, detail, operations } }) => ({
    host,
    code,
    detail,
    contents: operations,
  }));
  const left = bank.businessServices.flatMap((host) =>
    (bank.businessService(host)?.queue.deadLetters(0, Infinity) ?? []).map(({ failures, operations }) => ({
      host,
      code: failures[0]!.code,
      detail: failures[0]!.detail,
      contents: operations.map((json) => JSON.parse(json) as Content),
    })),
  );
  return [...seen, ...left];
}

/** As an auditor would: now and then, the newest head. */
function noteHeads(bank: Bank, heads: NotedHead[]): void {
  const { batch, sequence, hash } = bank.server.tables.head;
  heads.push({ batch, sequence, hash: hash.toString('hex') });
  bank.world.scheduler.after(HEAD_NOTED_EVERY_MS, undefined, 'the head is noted down', () =>
    noteHeads(bank, heads),
  );
}
