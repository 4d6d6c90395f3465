import type { OperationRequest } from '@lastro/contract';
import type { Random } from '../world/random.ts';
import type { SentOperations } from './sent-operations.ts';

const ACCOUNTS = ['a-1', 'a-2', 'a-3', 'a-4'];
const OTHER_ACCOUNTS = ['@fees', '@fees', 'usd-1', 'nobody', 'a-5'];
/** Those that often have no money: only they can be closed. */
const CLOSED_ACCOUNTS = ['@fees', 'usd-1', 'a-4', 'a-5'];
const DESCRIPTIONS = ['rent', 'março 😀', ''];
const SIDES = ['debits', 'credits', 'both'] as const;
/** One instant in two spellings: the same value date. */
const VALUE_DATES = ['2025-12-31T12:00:00Z', '2025-12-31T12:00:00.000Z'];

/** How often each type comes, beside the others. */
const WEIGHTS = {
  deposit: 8,
  withdrawal: 2,
  transfer: 6,
  open: 1,
  hold: 5,
  capture: 4,
  void: 1,
  reversal: 3,
  freeze: 1,
  unfreeze: 2,
  close: 1,
  update: 1,
} as const satisfies Record<OperationRequest['type'], number>;

const TYPES = Object.entries(WEIGHTS).flatMap(([type, weight]) =>
  Array.from({ length: weight }, () => type as OperationRequest['type']),
);

/** An operation of the public API, with its id. */
export type IdentifiedRequest = OperationRequest & { readonly id: string };

/** Openings of every account, in BRL but for two, some with an overdraft. */
export function openings(random: Random): IdentifiedRequest[] {
  return [...ACCOUNTS, '@fees', 'usd-1', 'jpy-1'].map((account) => ({
    type: 'open',
    id: random.uuid(),
    account,
    ...(account === 'usd-1' ? { currency: 'USD' } : {}),
    ...(account === 'jpy-1' ? { currency: 'JPY' } : {}),
    ...(account === 'a-2' ? { overdraftLimit: 500 } : {}),
    ...(account === 'a-3' ? { name: 'Três', metadata: { branch: '7' } } : {}),
  }));
}

/**
 * A random operation: mostly small amounts between few accounts, so that they meet and run dry. What it says of earlier
 * operations is about those of any client.
 */
export function randomOperation(random: Random, sent: SentOperations): IdentifiedRequest {
  const id = random.uuid();
  const type = random.pick(TYPES);
  switch (type) {
    case 'deposit':
    case 'withdrawal':
      return { type, id, account: account(random), ...money(random, type === 'deposit' ? 1500 : 300) };
    case 'transfer':
      return { type, id, from: account(random), to: account(random), ...money(random, 300) };
    case 'hold': {
      const expiry = random.chance(0.6) ? { expiresIn: random.whole(1, 3) } : {};
      const from = random.chance(0.1) ? '@fees' : account(random);
      return { type, id, from, to: account(random), ...money(random, 300), ...expiry };
    }
    case 'capture':
    case 'void':
      return endOfHold(random, type, sent.pickHold(random));
    case 'reversal':
      return { type, id, operation: sent.pickMovement(random), ...part(random, 200), ...said(random) };
    case 'open':
      return { type, id, account: account(random) };
    case 'freeze':
    case 'unfreeze': {
      const side = random.chance(0.7) ? { side: random.pick(SIDES) } : {};
      return { type, id, account: account(random), ...side };
    }
    case 'close':
      return { type, id, account: random.pick(CLOSED_ACCOUNTS) };
    case 'update':
      return { type, id, account: account(random), ...terms(random) };
  }
}

/** A hold that is likely to be posted, and ends soon; now and then on an account that can then be closed but for it. */
export function holdOfASecond(random: Random): IdentifiedRequest {
  const from = random.chance(0.3) ? '@fees' : random.pick(ACCOUNTS);
  return {
    type: 'hold',
    id: random.uuid(),
    from,
    to: account(random),
    amount: random.whole(1, 50),
    expiresIn: 1,
  };
}

/** A capture or the voiding of a hold. */
export function endOfHold(random: Random, type: 'capture' | 'void', hold: string): IdentifiedRequest {
  const id = random.uuid();
  return type === 'void'
    ? { type, id, hold, ...said(random) }
    : { type, id, hold, ...part(random, 150), ...said(random) };
}

/** Operations that have a chance to post together; some are about another of them. */
export function likelyOperations(random: Random, count: number): IdentifiedRequest[] {
  const operations: IdentifiedRequest[] = [];
  while (operations.length < count) {
    const [from = '', to = ''] = random.shuffled(ACCOUNTS);
    const id = random.uuid();
    const last = operations.at(-1);
    if (last?.type === 'hold' && random.chance(0.5))
      operations.push({ type: random.pick(['capture', 'void']), id, hold: last.id });
    else if (last?.type === 'deposit' && random.chance(0.2))
      operations.push({ type: 'reversal', id, operation: last.id });
    else if (random.chance(0.4))
      operations.push({ type: 'deposit', id, account: from, amount: random.whole(1, 500) });
    else {
      const type = random.pick(['transfer', 'hold'] as const);
      operations.push({ type, id, from, to, amount: random.whole(1, 100) });
    }
  }
  return operations;
}

/** The same id, and something else. */
export function withOtherContent(
  random: Random,
  request: IdentifiedRequest,
  sent: SentOperations,
): IdentifiedRequest {
  switch (request.type) {
    case 'open':
    case 'update':
      return { ...request, overdraftLimit: random.whole(1001, 1999) };
    case 'capture':
    case 'reversal': {
      // I7: an amount that is left out is another content than the very amount that it comes to.
      const { amount, ...rest } = request;
      const whole = sent.amountOf(request.type === 'capture' ? request.hold : request.operation);
      return amount === undefined ? { ...rest, amount: whole } : rest;
    }
    case 'transfer':
      // Of an exchange: it alone, which no route takes with a rate.
      if ('rate' in request) return { ...request, rate: undefined } as IdentifiedRequest;
      if (random.chance(0.7)) return { ...request, amount: (request.amount % 400) + 1 };
      break;
    case 'deposit':
    case 'withdrawal':
    case 'hold':
      if (random.chance(0.7)) return { ...request, amount: (request.amount % 400) + 1 };
      break;
    case 'freeze':
    case 'unfreeze':
      if (random.chance(0.5)) return { ...request, side: request.side === 'debits' ? 'credits' : 'debits' };
      break;
    case 'void':
    case 'close':
  }
  return { ...request, description: 'not the same' };
}

function account(random: Random): string {
  return random.pick(random.chance(0.1) ? OTHER_ACCOUNTS : ACCOUNTS);
}

function money(random: Random, amountMax: number) {
  const amount = random.chance(0.02) ? Number.MAX_SAFE_INTEGER : random.whole(1, amountMax);
  const currency = random.chance(0.1) ? { currency: random.pick(['BRL', 'BRL', 'USD']) } : {};
  return { amount, ...currency, ...said(random), ...valueDate(random) };
}

/** All that is left, or a part. */
function part(random: Random, amountMax: number) {
  return {
    ...(random.chance(0.5) ? { amount: random.whole(1, amountMax) } : {}),
    ...valueDate(random),
  };
}

function valueDate(random: Random) {
  return random.chance(0.05) ? { effectiveAt: random.pick(VALUE_DATES) } : {};
}

function said(random: Random) {
  return {
    ...(random.chance(0.2) ? { description: random.pick(DESCRIPTIONS) } : {}),
    ...(random.chance(0.1) ? { metadata: { order: String(random.whole(1, 9)), at: 'x' } } : {}),
  };
}

function terms(random: Random) {
  return {
    ...(random.chance(0.7) ? { overdraftLimit: random.pick([0, 100, 1000]) } : {}),
    ...(random.chance(0.3) ? { name: random.pick(['Ana', 'Três']) } : {}),
    ...(random.chance(0.3) ? { metadata: { branch: random.pick(['7', '8']) } } : {}),
  };
}
