import type { OperationRequest } from '@lastro/contract';
import type { Random } from '../world/random.ts';

const ACCOUNTS = ['a-1', 'a-2', 'a-3', 'a-4'];
const OTHER_ACCOUNTS = ['@fees', 'usd-1', 'nobody', 'a-5'];
const TYPES = ['deposit', 'deposit', 'withdrawal', 'transfer', 'transfer', 'transfer', 'open'] as const;
const DESCRIPTIONS = ['rent', 'março 😀', ''];

/** An operation of the public API, with its id. */
export type IdentifiedRequest = OperationRequest & { readonly id: string };

/** Openings of every account, in BRL but for one, some with an overdraft. */
export function openings(random: Random): IdentifiedRequest[] {
  return [...ACCOUNTS, '@fees', 'usd-1'].map((account) => ({
    type: 'open',
    id: random.uuid(),
    account,
    ...(account === 'usd-1' ? { currency: 'USD' } : {}),
    ...(account === 'a-2' ? { overdraftLimit: 500 } : {}),
    ...(account === 'a-3' ? { name: 'Três', metadata: { branch: '7' } } : {}),
  }));
}

/** A random operation: mostly small amounts between few accounts, so that they meet and run dry. */
export function randomOperation(random: Random): IdentifiedRequest {
  const id = random.uuid();
  const type = random.pick(TYPES);
  const usual = type === 'deposit' ? random.whole(1, 1500) : random.whole(1, 300);
  const amount = random.chance(0.02) ? Number.MAX_SAFE_INTEGER : usual;
  const extras = {
    ...(random.chance(0.2) ? { description: random.pick(DESCRIPTIONS) } : {}),
    ...(random.chance(0.1) ? { metadata: { order: String(random.whole(1, 9)), at: 'x' } } : {}),
    ...(random.chance(0.1) ? { currency: random.pick(['BRL', 'BRL', 'USD']) } : {}),
  };
  switch (type) {
    case 'deposit':
    case 'withdrawal':
      return { type, id, account: account(random), amount, ...extras };
    case 'transfer':
      return { type, id, from: account(random), to: account(random), amount, ...extras };
    case 'open':
      return { type, id, account: account(random) };
  }
}

/** Operations that have a chance to post together. */
export function likelyOperations(random: Random, count: number): IdentifiedRequest[] {
  return Array.from({ length: count }, () => {
    const [from = '', to = ''] = random.shuffled(ACCOUNTS);
    const id = random.uuid();
    return random.chance(0.5)
      ? { type: 'deposit', id, account: from, amount: random.whole(1, 500) }
      : { type: 'transfer', id, from, to, amount: random.whole(1, 100) };
  });
}

/** The same id, and something else. */
export function withOtherContent(random: Random, request: IdentifiedRequest): IdentifiedRequest {
  if (request.type === 'open') return { ...request, overdraftLimit: random.whole(1, 99) };
  if (random.chance(0.3) || !('amount' in request)) return { ...request, description: 'not the same' };
  return { ...request, amount: ((request.amount ?? 0) % 400) + 1 };
}

function account(random: Random): string {
  return random.pick(random.chance(0.1) ? OTHER_ACCOUNTS : ACCOUNTS);
}
