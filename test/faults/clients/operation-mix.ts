import type { Random } from '../../simulation/world/random.ts';
import type { Content } from '../../simulation/clients/wire-content.ts';

/** The accounts that the load is about. */
export interface AccountPlan {
  /** Anything may happen to these. */
  readonly open: readonly string[];
  /** Money moves among these and never in or out. */
  readonly closed: readonly string[];
}

/** What every account has at the beginning. */
export const FIRST_DEPOSIT = 100_000;

const AMOUNT_MAX = 5_000;
const DEPOSIT_MAX = 10_000;
const BULK_MAX = 60;
const GROUP_MAX = 6;

export function planAccounts(openCount: number, closedCount: number): AccountPlan {
  return {
    open: Array.from({ length: openCount }, (_, index) => `open.${index}`),
    closed: Array.from({ length: closedCount }, (_, index) => `closed.${index}`),
  };
}

/** The operations that set the accounts up. Every fourth open one may be overdrawn. */
export function firstOperations({ open, closed }: AccountPlan, random: Random): Content[] {
  return [...open, ...closed].flatMap((account, index) => [
    {
      id: random.uuid(),
      type: 'open',
      account,
      currency: 'BRL',
      overdraftLimit: open.includes(account) && index % 4 === 0 ? 20_000 : 0,
    },
    { id: random.uuid(), type: 'deposit', account, amount: FIRST_DEPOSIT },
  ]);
}

/** Anything that a client may send, most of which posts. */
export function anyOperation({ open, closed }: AccountPlan, random: Random): Content {
  const pick = random.next();
  if (pick < 0.3) return transfer(closed, random);
  if (pick < 0.6) return transfer(open, random);
  const [account, id, amount] = [random.pick(open), random.uuid(), random.whole(1, AMOUNT_MAX)];
  if (pick < 0.75) return { id, type: 'deposit', account, amount: random.whole(1, DEPOSIT_MAX) };
  if (pick < 0.9) return { id, type: 'withdrawal', account, amount, description: 'máquina 12' };
  if (pick < 0.93) return { id, type: 'transfer', from: account, to: `nobody.${amount}`, amount };
  if (pick < 0.95) return { id, type: 'transfer', from: account, to: account, amount };
  if (pick < 0.97) return { id, type: 'deposit', account, amount, currency: 'USD' };
  if (pick < 0.98) return { id, type: 'deposit', account, amount: Number.MAX_SAFE_INTEGER };
  return { id, type: 'open', account: `new.${id}`, currency: 'BRL', overdraftLimit: 0, name: 'Nova' };
}

export function transfer(accounts: readonly string[], random: Random): Content {
  const [from, to] = random.shuffled(accounts);
  const content = { id: random.uuid(), type: 'transfer', from, to, amount: random.whole(1, AMOUNT_MAX) };
  return random.chance(0.2) ? { ...content, metadata: { reference: content.id.slice(0, 8) } } : content;
}

/** Money that is reserved, mostly for a time that is over within the run. */
export function hold({ open }: AccountPlan, random: Random): Content {
  const time = random.pick([{}, { expiresIn: 1 }, { expiresIn: 2 }, { expiresIn: 3_600 }]);
  return { ...transfer(open, random), type: 'hold', ...time };
}

/** What may end a hold: more than one may be sent. */
export function endOf({ id, amount }: Content, random: Random): Content {
  const end = { id: random.uuid(), type: 'capture', hold: id };
  const part = random.whole(1, (amount as number) + 1);
  return random.pick<Content>([end, { ...end, amount: part }, { ...end, type: 'void' }]);
}

export function reversalOf({ id, amount }: Content, random: Random): Content {
  const reversal = { id: random.uuid(), type: 'reversal', operation: id };
  return random.chance(0.5) ? reversal : { ...reversal, amount: random.whole(1, amount as number) };
}

/** An account of its own life, or one of all: frozen and free again, with another limit, or closed when it can be. */
export function changesOf({ open }: AccountPlan, random: Random): Content[] {
  const account = random.pick(open);
  const side = random.pick(['debits', 'credits', 'both']);
  const change = (type: string, fields: object = {}): Content => ({
    id: random.uuid(),
    type,
    account,
    ...fields,
  });
  return random.pick([
    [change('freeze', { side }), change('unfreeze', { side: 'both' })],
    [change('update', { overdraftLimit: random.whole(0, 20_000), name: 'Nova' })],
    [change('close')],
  ]);
}

export function manyOperations(plan: AccountPlan, random: Random): Content[] {
  return Array.from({ length: random.whole(2, BULK_MAX) }, () => anyOperation(plan, random));
}

/** Operations that belong together: mostly transfers that can all post, at times with one that cannot. */
export function atomicGroup(plan: AccountPlan, random: Random): Content[] {
  const accounts = random.chance(0.5) ? plan.closed : plan.open;
  const contents = Array.from({ length: random.whole(2, GROUP_MAX) }, () => transfer(accounts, random));
  if (random.chance(0.3))
    contents[random.whole(0, contents.length - 1)] = {
      ...transfer(accounts, random),
      amount: 1_000 * FIRST_DEPOSIT,
    };
  return contents.map((content) => ({ ...content, group: contents[0]!['id'] }));
}

/** The same id and another wish (I7). */
export function contradictionOf(content: Content): Content {
  if (content['type'] === 'open') return { ...content, overdraftLimit: 7 };
  return { ...content, amount: Math.max(1, (content['amount'] as number) - 1), description: 'another' };
}

/** One that no door may let in. */
export function malformedOperation(plan: AccountPlan, random: Random): Content {
  const good = transfer(plan.open, random);
  return random.pick([
    { ...good, amount: -5 },
    { ...good, amount: 0.5 },
    { ...good, amount: '10' },
    { ...good, amount: 0 },
    { ...good, to: 'no such form/' },
    { ...good, urgent: true },
    { ...good, currency: 'XXX1' },
  ]);
}
