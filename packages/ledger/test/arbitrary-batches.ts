import fc from 'fast-check';
import { MINOR_MAX, type OperationContent, SIDES } from '../src/index.ts';

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
const hold = fc
  .tuple(pair, moved, fc.option(fc.integer({ min: 5, max: 60 }), { nil: undefined }))
  .map(([[from, to], fields, expiresIn]): Unidentified => ({ type: 'hold', from, to, expiresIn, ...fields }));
/** What is said of an operation that was sent before: which one is found when all is put together. */
const earlier = fc.nat().map((place) => `#${place}`);
const part = fc
  .tuple(fc.record({ amount }, { requiredKeys: [] }), said)
  .map(([fields, words]) => ({ ...fields, ...words }));
const capture = fc
  .tuple(earlier, part)
  .map(([held, fields]): Unidentified => ({ type: 'capture', hold: held, ...fields }));
const voiding = fc
  .tuple(earlier, said)
  .map(([held, words]): Unidentified => ({ type: 'void', hold: held, ...words }));
const reversal = fc
  .tuple(earlier, part)
  .map(([operation, fields]): Unidentified => ({ type: 'reversal', operation, ...fields }));
const freezing = fc
  .record({
    type: fc.constantFrom('freeze' as const, 'unfreeze' as const, 'unfreeze' as const),
    account,
    side: fc.constantFrom(...SIDES),
  })
  .map((fields): Unidentified => fields);
const closing = account.map((id): Unidentified => ({ type: 'close', account: id }));
const updating = fc
  .record({ account, overdraftLimit }, { requiredKeys: ['account'] })
  .map((fields): Unidentified => ({ type: 'update', ...fields }));
const content = fc.oneof(
  { weight: 2, arbitrary: opening },
  { weight: 6, arbitrary: deposit },
  { weight: 4, arbitrary: withdrawal },
  { weight: 12, arbitrary: transfer },
  { weight: 6, arbitrary: hold },
  { weight: 5, arbitrary: capture },
  { weight: 2, arbitrary: voiding },
  { weight: 5, arbitrary: reversal },
  { weight: 2, arbitrary: freezing },
  { weight: 1, arbitrary: closing },
  { weight: 1, arbitrary: updating },
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

const MOVING: readonly OperationContent['type'][] = [
  'deposit',
  'withdrawal',
  'transfer',
  'capture',
  'reversal',
];

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
        return [{ ...this.#resolved(step.content), id: pickFrom(this.#sent, step.pick)!.id }];
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
    const operation = {
      ...this.#resolved(content),
      id: this.#newId(),
      ...(group === undefined ? {} : { group }),
    };
    this.#sent.push(operation);
    return operation;
  }

  /** Puts the id of an operation that was sent before where only its place is said. */
  #resolved(content: Unidentified): Unidentified {
    if (content.type === 'capture' || content.type === 'void')
      return { ...content, hold: this.#pickId(content.hold, ['hold']) };
    if (content.type === 'reversal')
      return { ...content, operation: this.#pickId(content.operation, MOVING) };
    return content;
  }

  #pickId(place: string, types: readonly OperationContent['type'][]): string {
    const number = Number(place.slice(1));
    // Now and then it is anything, or nothing.
    const candidates = this.#sent.filter((operation) => number % 13 === 0 || types.includes(operation.type));
    const index = number % (Math.min(candidates.length, 7) + (number % 11 === 0 ? 1 : 0));
    return candidates.at(-1 - index)?.id ?? '00000000-0000-7000-8000-ffffffffffff';
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
