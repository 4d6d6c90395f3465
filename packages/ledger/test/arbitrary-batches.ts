import fc from 'fast-check';
import { MINOR_MAX, type OperationContent } from '../src/index.ts';

type Unidentified = OperationContent extends infer Content
  ? Content extends OperationContent
    ? Omit<Content, 'id' | 'group'>
    : never
  : never;

const CURRENCIES = ['BRL', 'USD', 'JPY'];
const CASH_ACCOUNTS = CURRENCIES.map((currency) => `@cash.${currency}`);
const CUSTOMERS = ['alice', 'bob', 'carol'];
const NEWCOMERS = ['dora', 'eve', 'finn', '@interest'];
const EDGES = [1, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1];

/** Few accounts, so that operations meet; some may never be opened. */
const account = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom(...CUSTOMERS) },
  { weight: 4, arbitrary: fc.constantFrom('@fees', '@cash.BRL') },
  { weight: 2, arbitrary: fc.constantFrom(...NEWCOMERS, ...CASH_ACCOUNTS) },
);
const amount = fc.oneof(
  { weight: 16, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 1, arbitrary: fc.maxSafeNat().filter((value) => value > 0) },
);
const overdraftLimit = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 1_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(...EDGES) },
);
/** Mostly one currency, or hardly anything would ever be posted. */
const currency = fc.oneof(
  { weight: 12, arbitrary: fc.constant('BRL') },
  { weight: 1, arbitrary: fc.constantFrom(...CURRENCIES) },
);
const said = fc.record(
  {
    description: fc.constantFrom('', 'rent', 'ração'),
    metadata: fc.dictionary(fc.constantFrom('order', 'till', '__proto__'), fc.constantFrom('', '1', '2')),
  },
  { requiredKeys: [] },
);
const moved = fc
  .tuple(fc.record({ amount }), fc.record({ currency }, { requiredKeys: [] }), said)
  .map(([a, b, c]) => ({ ...a, ...b, ...c }));

const opened = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...NEWCOMERS) }, account);
const opening = fc
  .tuple(fc.record({ account: opened, currency, overdraftLimit }), said)
  .map(([fields, words]): Unidentified => ({ type: 'open', ...fields, ...words }));
const deposit = fc
  .tuple(account, moved)
  .map(([to, fields]): Unidentified => ({ type: 'deposit', account: to, ...fields }));
const withdrawal = fc
  .tuple(account, moved)
  .map(([from, fields]): Unidentified => ({ type: 'withdrawal', account: from, ...fields }));
const pair = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(account, account).filter(([from, to]) => from !== to) },
  fc.tuple(account, account),
);
const transfer = fc
  .tuple(pair, moved)
  .map(([[from, to], fields]): Unidentified => ({ type: 'transfer', from, to, ...fields }));
const content = fc.oneof(
  { weight: 1, arbitrary: opening },
  { weight: 3, arbitrary: deposit },
  { weight: 2, arbitrary: withdrawal },
  { weight: 6, arbitrary: transfer },
);

/** What a client does next; `pick` chooses among all that was sent before, in this batch or an earlier one. */
type Step =
  | { readonly does: 'send'; readonly content: Unidentified }
  | { readonly does: 'sendGroup'; readonly contents: readonly Unidentified[] }
  | { readonly does: 'sendAgain'; readonly pick: number }
  | { readonly does: 'reuseId'; readonly pick: number; readonly content: Unidentified }
  | { readonly does: 'sendGroupAgain'; readonly pick: number; readonly change: GroupChange };

/** How a group that is sent again differs from what it was. */
type GroupChange = 'none' | 'first alone' | 'without first' | 'one more' | 'one twice';

const pick = fc.nat();
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ does: fc.constant('send'), content }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('sendGroup'),
      contents: fc.array(content, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('sendAgain'), pick }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('reuseId'), pick, content }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('sendGroupAgain'),
      pick,
      change: fc.constantFrom<GroupChange>('none', 'first alone', 'without first', 'one more', 'one twice'),
    }),
  },
);

/** A bank's life: first its cash accounts and customers open, then come batches of everything that clients do. */
export const batches: fc.Arbitrary<OperationContent[][]> = fc
  .array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 })
  .map((stepsOfBatches) => {
    const history = new History();
    return [
      history.openings(),
      ...stepsOfBatches.map((steps) => steps.flatMap((each) => history.take(each))),
    ];
  });

/** Turns steps into operations: gives new ones their ids, and finds the old ones. */
class History {
  readonly #sent: OperationContent[] = [];
  readonly #groups: OperationContent[][] = [];

  openings(): OperationContent[] {
    const cash = CURRENCIES.map((code): Unidentified => ({
      ...OPEN,
      account: `@cash.${code}`,
      currency: code,
    }));
    const rest: Unidentified[] = [
      { ...OPEN, account: 'alice', overdraftLimit: 100 },
      { ...OPEN, account: 'bob' },
      { ...OPEN, account: 'carol', overdraftLimit: MINOR_MAX },
      { ...OPEN, account: '@fees' },
      { type: 'deposit', account: 'alice', amount: 2_000 },
      { type: 'deposit', account: 'bob', amount: 2_000 },
    ];
    return [...cash, ...rest].map((each) => this.#send(each));
  }

  take(step: Step): OperationContent[] {
    switch (step.does) {
      case 'send':
        return [this.#send(step.content)];
      case 'sendGroup': {
        const group = this.#newId();
        const members = step.contents.map((each) => this.#send(each, group));
        this.#groups.push(members);
        return members;
      }
      case 'sendAgain':
        return [copyOf(pickFrom(this.#sent, step.pick)!)];
      case 'reuseId':
        return [{ ...step.content, id: pickFrom(this.#sent, step.pick)!.id }];
      case 'sendGroupAgain':
        return this.#sendGroupAgain(pickFrom(this.#groups, step.pick), step.change);
    }
  }

  #sendGroupAgain(members: readonly OperationContent[] | undefined, change: GroupChange): OperationContent[] {
    if (members === undefined) return [];
    const again = members.map(copyOf);
    const [first, ...rest] = again as [OperationContent, ...OperationContent[]];
    switch (change) {
      case 'none':
        return again;
      case 'first alone':
        return [first];
      case 'without first':
        return rest;
      case 'one more':
        return [...again, this.#send({ type: 'transfer', from: 'alice', to: 'bob', amount: 1 }, first.group)];
      case 'one twice':
        return [...again, copyOf(again.at(-1)!)];
    }
  }

  #send(content: Unidentified, group?: string): OperationContent {
    const operation = { ...content, id: this.#newId(), ...(group === undefined ? {} : { group }) };
    this.#sent.push(operation);
    return operation;
  }

  #newId(): string {
    return `00000000-0000-7000-8000-${String(this.#sent.length + 1).padStart(12, '0')}`;
  }
}

const OPEN = { type: 'open', currency: 'BRL', overdraftLimit: 0 } as const;

/** The same operation as it comes over the wire again: equal, not identical, its fields in another order. */
function copyOf(content: OperationContent): OperationContent {
  return JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(content).reverse())),
  ) as OperationContent;
}

function pickFrom<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[pick % items.length];
}
