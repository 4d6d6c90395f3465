import { type AcceptedOperation, OPERATION_TYPES } from '@lastro/ledger';
import { type GrantedAccounts, grantedAccounts } from '@lastro/contract';
import type { TestDatabase } from '@lastro/embedded-postgres/testing';
import fc from 'fast-check';
import pg from 'pg';
import type { OperationSearch } from '../src/projection/ledger-finder.ts';
import { PostgresProjection, type ProjectionSettings } from '../src/projection/postgres-projection.ts';
import { PostgresStore } from '../src/storage/postgres/postgres-store.ts';
import type { StoredOperation } from '../src/storage/store.ts';
import { createLedgerDatabase } from './ledger-database.ts';
import { deposit, open, post, transfer, withdrawal } from './commit-batches.ts';

/** A ledger with its projection, and a connection to look at both. */
export class ProjectedLedger {
  readonly database: TestDatabase;
  readonly store: PostgresStore;
  readonly projection: PostgresProjection;
  readonly client: pg.Client;
  /** Everything posted and rejected here, in the order of the ledger. */
  readonly operations: StoredOperation[] = [];
  #minute = 0;

  private constructor(database: TestDatabase) {
    this.database = database;
    this.store = new PostgresStore({
      databaseUrl: database.url,
      readConnectionsMax: 2,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 30_000,
      exchangeTimeoutMs: 30_000,
      stalledCommitTimeoutMs: 30_000,
    });
    this.projection = openProjection(database.url);
    this.client = new pg.Client({ connectionString: database.url });
    // Numbers as on the product's own connections.
    this.client.setTypeParser(pg.types.builtins.INT8, Number);
  }

  static async create(): Promise<ProjectedLedger> {
    const ledger = new ProjectedLedger(await createLedgerDatabase());
    await ledger.client.connect();
    return ledger;
  }

  async destroy(): Promise<void> {
    await this.client.end();
    await this.projection.close();
    await this.store.close();
    await this.database.drop();
  }

  /** Commits a batch, a minute after the one before. */
  async post(batch: readonly AcceptedOperation[]): Promise<void> {
    this.#minute += 1;
    const posted = await post(this.store, batch, instant(this.#minute));
    const first = (this.operations.at(-1)?.sequence ?? 0) + 1;
    // The cash account of a currency opens by itself, ahead of what was sent.
    for (let sequence = first; sequence < posted[0]!.sequence; sequence += 1) {
      const { rows } = await this.client.query<{ id: string }>(
        'SELECT id FROM operation WHERE sequence = $1',
        [sequence],
      );
      this.operations.push((await this.store.findOperation(rows[0]!.id))!);
    }
    this.operations.push(...posted);
  }

  async feed(stepOperations = 1000): Promise<void> {
    await feedAll(this.projection, stepOperations);
  }
}

export function openProjection(
  databaseUrl: string,
  settings: Partial<ProjectionSettings> = {},
): PostgresProjection {
  return new PostgresProjection({
    databaseUrl,
    connectTimeoutMs: 5_000,
    searchConnectionsMax: 2,
    searchTimeoutMs: 30_000,
    searchAccountsMax: 100,
    searchTimeMaxMs: 10_000,
    ...settings,
  });
}

/** Feeds until there is nothing left to feed. */
export async function feedAll(projection: PostgresProjection, stepOperations: number): Promise<void> {
  for (;;) {
    const { sequence, head } = await projection.step(stepOperations);
    if (sequence === head) return;
  }
}

export function instant(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
}

const ACCOUNTS = ['ana', 'bob', 'eva', 'usd', 'nobody', 'late'];
const account = fc.constantFrom(...ACCOUNTS);
const amount = fc.integer({ min: 1, max: 20 });
const fields = fc.record(
  {
    metadata: fc.dictionary(fc.constantFrom('order', 'shop'), fc.constantFrom('1', '2', 'Ü"\\'), {
      maxKeys: 2,
    }),
  },
  { requiredKeys: [] },
);

/** An operation of any type, posted or not; some are about one before them, which `about` picks. */
type Planned = { readonly operation: AcceptedOperation } | { readonly about: number; readonly make: Make };
type Make = (before: AcceptedOperation) => AcceptedOperation;

const side = fc.constantFrom('debits', 'credits', 'both');
const follow: Readonly<Record<string, (before: AcceptedOperation) => object>> = {
  capture: ({ id }) => ({ type: 'capture', hold: id }),
  void: ({ id }) => ({ type: 'void', hold: id }),
  reversal: ({ id }) => ({ type: 'reversal', operation: id }),
};

const anyOperation: fc.Arbitrary<Planned> = fc.oneof(
  ...[
    fc.tuple(account, amount, fields).map((parts) => deposit(...parts)),
    fc.tuple(account, amount, fields).map((parts) => withdrawal(...parts)),
    fc.tuple(account, account, amount, fields).map((parts) => transfer(...parts)),
    fc.tuple(account, fields).map((parts) => open(...parts)),
    fc
      .tuple(account, account, amount, fields)
      .map(([from, to, held, rest]) => like('hold', { from, to, amount: held, ...rest })),
    fc.tuple(account, side).map(([id, frozen]) => like('freeze', { account: id, side: frozen })),
    fc.tuple(account, side).map(([id, frozen]) => like('unfreeze', { account: id, side: frozen })),
    fc
      .tuple(fc.constantFrom('eva', 'nobody'), fields)
      .map(([id, rest]) => like('close', { account: id, ...rest })),
    fc.tuple(account, fields).map(([id, rest]) => like('update', { account: id, name: 'Other', ...rest })),
    fc
      .tuple(account, fc.constantFrom(0, 10, 60, 700))
      .map(([id, overdraftLimit]) => like('update', { account: id, overdraftLimit })),
  ].map((arbitrary) => arbitrary.map((operation) => ({ operation }))),
  fc.tuple(fc.nat(), fc.constantFrom(...Object.keys(follow))).map(([about, type]) => ({
    about,
    make: (before: AcceptedOperation) => like(type, follow[type]!(before)),
  })),
);

/** An operation with the fields that every type has. */
function like(type: string, content: object): AcceptedOperation {
  return {
    ...deposit('ana', 1),
    account: undefined,
    amount: undefined,
    type,
    ...content,
  } as AcceptedOperation;
}

/** Batches of operations on a few accounts, some of which are opened late or never. */
export function randomBatches(seed: number, count: number): AcceptedOperation[][] {
  const isUnopened = (operation: AcceptedOperation) =>
    operation.type === 'open' && (operation.account === 'nobody' || operation.account === 'late');
  const before: AcceptedOperation[] = [
    deposit('ana', 500),
    like('hold', { from: 'ana', to: 'bob', amount: 5 }),
  ];
  const batches = fc
    .sample(fc.array(anyOperation, { minLength: 1, maxLength: 30 }), { seed, numRuns: count })
    .map((plans) =>
      plans
        .map((plan) =>
          'operation' in plan ? plan.operation : plan.make(before[plan.about % before.length]!),
        )
        .filter((operation) => !isUnopened(operation) && before.push(operation)),
    );
  return [
    [open('ana'), open('bob', { overdraftLimit: 50 }), open('eva'), open('usd', { currency: 'USD' })],
    before.slice(0, 2),
    ...batches.filter(({ length }) => length > 0),
    [open('late'), deposit('late', 3)],
  ];
}

const minute = fc.integer({ min: 0, max: 40 }).map(instant);

/** Any search, most of which find something in `randomBatches`. */
export const anySearch: fc.Arbitrary<Omit<OperationSearch, 'cursor' | 'limit'>> = fc
  .record(
    {
      account: fc.constantFrom(...ACCOUNTS, '@cash.BRL', 'stranger'),
      granted: fc
        .uniqueArray(fc.constantFrom('ana', 'bob', 'b*', 'e*', 'n*', 'nob*', 'late', 'strange*', '@c*'), {
          minLength: 1,
          maxLength: 3,
        })
        .map(grantedAccounts),
      type: fc.constantFrom(...OPERATION_TYPES),
      status: fc.constantFrom('posted', 'rejected'),
      reason: fc.constantFrom('insufficient_funds', 'account_not_found', 'same_account', 'account_exists'),
      from: minute,
      to: minute,
      amountMin: amount,
      amountMax: amount,
      metadata: fc.uniqueArray(
        fc.tuple(fc.constantFrom('order', 'shop'), fc.constantFrom('1', '2', 'Ü"\\')),
        {
          maxLength: 2,
          selector: ([key]) => key,
        },
      ),
    } as const,
    { requiredKeys: ['metadata'] },
  )
  // With every filter at once nothing is found: most searches have a few.
  .chain((search) =>
    fc.subarray(Object.keys(search) as (keyof typeof search)[], { maxLength: 3 }).map((names) => ({
      metadata: [],
      ...Object.fromEntries(names.map((name) => [name, search[name]])),
    })),
  );

/** Whether an operation fits a search: what the projection has to agree with. */
export function fits(
  operation: StoredOperation,
  search: Omit<OperationSearch, 'cursor' | 'limit'>,
  all: readonly StoredOperation[],
): boolean {
  const { content, status, postedAt } = operation;
  const posting = status === 'posted' ? operation.posting : undefined;
  const moved = posting?.amount ?? ('amount' in content ? content.amount : undefined);
  const isWithin = <Value extends string | number>(value: Value | undefined, least?: Value, most?: Value) =>
    (least === undefined || (value !== undefined && value >= least)) &&
    (most === undefined || (value !== undefined && value <= most));
  const isAsked = <Value>(asked: Value | undefined, value: Value | undefined) =>
    asked === undefined || asked === value;
  const named = namedBy(operation, all);
  return [
    search.account === undefined || named.includes(search.account),
    search.granted === undefined || named.some((id) => isGranted(search.granted!, id)),
    isAsked(search.type, content.type),
    isAsked(search.status, status),
    isAsked(search.reason, status === 'rejected' ? operation.reason : undefined),
    isWithin(postedAt, search.from) && (search.to === undefined || postedAt < search.to),
    isWithin(moved, search.amountMin, search.amountMax),
    search.metadata.every(([key, value]) => content.metadata?.[key] === value),
  ].every(Boolean);
}

function isGranted({ ids, beginnings }: GrantedAccounts, id: string): boolean {
  return ids.includes(id) || beginnings.some((beginning) => id.startsWith(beginning));
}

/** The accounts that an operation names or moves money of, or that the one it is about does. */
function namedBy(operation: StoredOperation, all: readonly StoredOperation[]): string[] {
  const { content } = operation;
  const posting = operation.status === 'posted' ? operation.posting : undefined;
  const legs = posting === undefined ? [] : [posting.debit.accountId, posting.credit.accountId];
  const named = ['account', 'from', 'to'].map(
    (field) => (content as unknown as Record<string, string>)[field],
  );
  const aboutId = 'hold' in content ? content.hold : 'operation' in content ? content.operation : undefined;
  const about = all.find(({ content: { id }, sequence }) => id === aboutId && sequence < operation.sequence);
  const isHold = about?.content.type === 'hold' && about.status === 'posted';
  const hasEntries = about?.status === 'posted' && about.posting !== undefined;
  const ofAbout = about !== undefined && ('hold' in content ? isHold : hasEntries) ? namedBy(about, all) : [];
  return [...legs, ...named.filter((id) => id !== undefined), ...ofAbout];
}
