import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '@lastro/contract';
import type { Content } from '../../simulation/clients/wire-content.ts';
import type { Random } from '../../simulation/world/random.ts';
import type { Courier, SendOptions } from './courier.ts';
import type { Door } from './door.ts';
import {
  type AccountPlan,
  anyOperation,
  atomicGroup,
  changesOf,
  contradictionOf,
  endOf,
  hold,
  malformedOperation,
  manyOperations,
  reversalOf,
  transfer,
} from './operation-mix.ts';
import type { Reader } from './reader.ts';

/** What a session works with. */
export interface SessionTools {
  readonly accounts: AccountPlan;
  readonly doors: readonly Door[];
  readonly courier: Courier;
  readonly reader: Reader;
  readonly random: Random;
}

/** One thing that a client does, over and over. */
export interface Session {
  /** So many run side by side in one client. */
  readonly count: number;
  /** Between one time and the next. */
  readonly pauseMaxMs: number;
  readonly act: (tools: SessionTools) => Promise<void>;
}

const WAIT_SECONDS = 2;
const GIVES_UP_CHANCE = 0.1;

/** A client that gives up at the first doubt leaves the bank with an operation that nobody asks for again. */
function patience(random: Random): SendOptions {
  return random.chance(GIVES_UP_CHANCE) ? { attemptsMax: 1 } : {};
}

async function sendOne({ accounts, courier, random }: SessionTools): Promise<void> {
  await courier.send([anyOperation(accounts, random)], patience(random));
}

async function sendMany({ accounts, courier, random }: SessionTools): Promise<void> {
  await courier.send(manyOperations(accounts, random), patience(random));
}

async function sendGroup({ accounts, courier, random }: SessionTools): Promise<void> {
  await courier.send(atomicGroup(accounts, random), {
    ...patience(random),
    waitSeconds: random.pick([0, WAIT_SECONDS]),
  });
}

/** Reads one's own writes: after `posted`, by the same service and by another. */
async function waitAndRead({ accounts, courier, reader, doors, random }: SessionTools): Promise<void> {
  const door = random.pick(doors);
  // Only this door may ever have it in its queue: any other has to find it in the ledger.
  const options = { door, onlyThisDoor: true, waitSeconds: WAIT_SECONDS };
  const known = await courier.send([anyOperation(accounts, random)], options);
  if (known === undefined || 'refused' in known) return;
  const [operation] = known.operations as [Operation];
  if (operation.status === 'accepted') return;
  const others = doors.filter((candidate) => candidate !== door);
  for (const place of [door, random.pick(others)]) await reader.readBack(place, operation);
}

/** The same again, by any door: the same result (I2, I6). Or the same id with another wish: a conflict (I7). */
async function repeat({ accounts, courier, reader, doors, random }: SessionTools): Promise<void> {
  const content = anyOperation(accounts, random);
  const known = await courier.send([content]);
  if (known === undefined) return;
  const isContradiction = random.chance(0.4);
  const again: Content = isContradiction ? contradictionOf(content) : content;
  await courier.send([again], {
    door: random.pick(doors),
    waitSeconds: random.pick([0, WAIT_SECONDS]),
    bulk: random.chance(0.3),
  });
  if (!isContradiction && !('refused' in known)) await reader.readState(known.door, content['id'] as string);
}

/** Reserves money, and ends that: once, or twice at the same time by two doors, or leaves it to its time. */
async function holdAndEnd({ accounts, courier, random }: SessionTools): Promise<void> {
  const content = hold(accounts, random);
  if ((await courier.send([content], patience(random))) === undefined) return;
  await sleep(random.pick([0, 0, 1_200]));
  const ends = Array.from({ length: random.whole(0, 2) }, () => endOf(content, random));
  await Promise.all(ends.map((end) => courier.send([end], patience(random))));
}

/** Moves money and moves it back, in parts: at the same time, by any doors. */
async function payAndReverse({ accounts, courier, random }: SessionTools): Promise<void> {
  const paid = transfer(accounts.open, random);
  if ((await courier.send([paid])) === undefined) return;
  const reversals = Array.from({ length: random.whole(1, 3) }, () => reversalOf(paid, random));
  await Promise.all(reversals.map((reversal) => courier.send([reversal], patience(random))));
}

async function changeAccount({ accounts, courier, random }: SessionTools): Promise<void> {
  for (const change of changesOf(accounts, random)) {
    await courier.send([change]);
    await sleep(random.between(0, 200));
  }
}

/** What has a fault is refused, with everything that is in the same request. */
async function sendMalformed({ accounts, courier, random }: SessionTools): Promise<void> {
  const contents = [malformedOperation(accounts, random), anyOperation(accounts, random)];
  await courier.send(random.chance(0.5) ? contents : contents.slice(0, 1));
}

async function readTotal({ reader }: SessionTools): Promise<void> {
  await reader.readTotal();
}

export const SESSIONS: readonly Session[] = [
  { count: 3, pauseMaxMs: 60, act: sendOne },
  { count: 1, pauseMaxMs: 600, act: sendMany },
  { count: 1, pauseMaxMs: 150, act: sendGroup },
  { count: 2, pauseMaxMs: 100, act: waitAndRead },
  { count: 1, pauseMaxMs: 150, act: repeat },
  { count: 2, pauseMaxMs: 150, act: holdAndEnd },
  { count: 1, pauseMaxMs: 150, act: payAndReverse },
  { count: 1, pauseMaxMs: 2_000, act: changeAccount },
  { count: 1, pauseMaxMs: 800, act: sendMalformed },
  { count: 3, pauseMaxMs: 40, act: readTotal },
];
