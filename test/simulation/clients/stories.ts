import type { Random } from '../world/random.ts';
import type { Order } from './intent.ts';
import type { IdentifiedRequest } from './operation-mix.ts';

/** Operations that are sent together, as together they lead to what chance alone seldom brings about. */
export function story(random: Random): Order {
  const { atomic, tell } = random.pick(STORIES);
  return { requests: tell(random), atomic };
}

interface Story {
  readonly atomic: boolean;
  readonly tell: (random: Random) => IdentifiedRequest[];
}

const STORIES: readonly Story[] = [
  { atomic: false, tell: captureOfAFrozenAccount },
  { atomic: false, tell: closeOfAnAccountWithHolds },
  { atomic: false, tell: limitInUse },
  { atomic: false, tell: reversalOfAReversal },
  { atomic: true, tell: captureInAGroupThatFails },
];

const AMOUNT = 50;

function captureOfAFrozenAccount(random: Random): IdentifiedRequest[] {
  const [from, to] = parties(random);
  const hold = random.uuid();
  const account = random.pick([from, to]);
  return [
    deposit(random, from),
    { type: 'hold', id: hold, from, to, amount: AMOUNT },
    { type: 'freeze', id: random.uuid(), account },
    { type: 'capture', id: random.uuid(), hold },
    { type: 'unfreeze', id: random.uuid(), account },
  ];
}

/** It can be closed once nothing is held. */
function closeOfAnAccountWithHolds(random: Random): IdentifiedRequest[] {
  const { account, opening } = newAccount(random);
  const hold = random.uuid();
  return [
    opening,
    { type: 'hold', id: hold, from: account, to: 'a-1', amount: AMOUNT },
    { type: 'close', id: random.uuid(), account },
    { type: 'void', id: random.uuid(), hold },
    { type: 'close', id: random.uuid(), account },
  ];
}

function limitInUse(random: Random): IdentifiedRequest[] {
  const { account, opening } = newAccount(random);
  return [
    opening,
    { type: 'withdrawal', id: random.uuid(), account, amount: AMOUNT },
    { type: 'update', id: random.uuid(), account, overdraftLimit: AMOUNT - 1 },
  ];
}

function reversalOfAReversal(random: Random): IdentifiedRequest[] {
  const [account] = parties(random);
  const original = deposit(random, account);
  const reversal = random.uuid();
  return [
    original,
    { type: 'reversal', id: reversal, operation: original.id },
    { type: 'reversal', id: random.uuid(), operation: reversal },
  ];
}

/** The last of them asks for what nobody has. */
function captureInAGroupThatFails(random: Random): IdentifiedRequest[] {
  const [from, to] = parties(random);
  const hold = random.uuid();
  return [
    deposit(random, from),
    { type: 'hold', id: hold, from, to, amount: AMOUNT },
    { type: 'capture', id: random.uuid(), hold },
    { type: 'withdrawal', id: random.uuid(), account: from, amount: Number.MAX_SAFE_INTEGER },
  ];
}

function parties(random: Random): [from: string, to: string] {
  const [from = '', to = ''] = random.shuffled(['a-1', 'a-2', 'a-3', 'a-4']);
  return [from, to];
}

function deposit(random: Random, account: string): IdentifiedRequest {
  return { type: 'deposit', id: random.uuid(), account, amount: AMOUNT };
}

/** An account that nobody else knows, and that may go below zero. */
function newAccount(random: Random): { account: string; opening: IdentifiedRequest } {
  const id = random.uuid();
  const account = `x-${id.slice(0, 8)}`;
  return { account, opening: { type: 'open', id, account, overdraftLimit: 2 * AMOUNT } };
}
