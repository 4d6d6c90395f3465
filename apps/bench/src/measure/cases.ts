import assert from 'node:assert/strict';
import type { StartContender } from '../contenders/contender.ts';
import { startLastro } from '../contenders/lastro/lastro.ts';
import { startCopyLimit, startGeneratorLimit, startHttpLimit } from '../contenders/limits/limits.ts';
import { startOneTransactionEach } from '../contenders/one-transaction-each/one-transaction-each.ts';
import { startStudentDesign } from '../contenders/student-design/student-design.ts';
import type { AccountChoice, LoadJob, Work } from '../load/job.ts';

export const CONTENDERS = {
  lastro: startLastro,
  'one-transaction-each': startOneTransactionEach,
  'student-design': startStudentDesign,
  'limit-copy': startCopyLimit,
  'limit-http': startHttpLimit,
  'limit-generator': startGeneratorLimit,
} satisfies Record<string, StartContender>;

export type ContenderName = keyof typeof CONTENDERS;

/** One row of the table: a contender under one kind of load. */
export interface Case {
  /** CONTENDER/LOAD */
  readonly id: `${ContenderName}/${string}`;
  readonly contender: ContenderName;
  readonly says: string;
  readonly measure: LoadMeasure | CopyMeasure;
}

export interface LoadMeasure {
  readonly kind: 'load';
  /** How many requests are under way at the same time. */
  readonly connections: number;
  readonly expectedStatus: number;
  readonly work: (accountCount: number) => Work;
}

interface CopyMeasure {
  readonly kind: 'copy';
  readonly batchSize: number;
}

export const BULK_SIZE = 1000;
const HOT_SHARE = 0.9;
/** Enough that a batch in flight never leaves the services without work: at 12,000/s posted singles wait some 80 ms each. */
const WAITING_CONNECTIONS = 1024;
const CONNECTIONS = 64;
/** Of every contender alike: reads are short, and one that shares them needs some to share. */
const READING_CONNECTIONS = 256;
const BULK_CONNECTIONS = 16;
/** Each request is spread over its pool by the service itself. */
const BULK_CONNECTIONS_OF_ONE_EACH = 4;

type Accounts = (accountCount: number) => AccountChoice;
const uniform: Accounts = (count) => ({ count });
const hot: Accounts = (count) => ({ count, hotShare: HOT_SHARE });

/** Transfers, one a request, each answered when it is posted. */
function singles(connections: number, accounts: Accounts = uniform): LoadMeasure {
  return {
    kind: 'load',
    connections,
    expectedStatus: 200,
    work: (count) => ({
      kind: 'transfers',
      accounts: accounts(count),
      operationsPerRequest: 1,
      waitForFinal: true,
    }),
  };
}

/** Transfers, one a request, each answered when it is taken. */
function singlesAccepted(connections: number): LoadMeasure {
  return {
    kind: 'load',
    connections,
    expectedStatus: 202,
    work: (count) => ({
      kind: 'transfers',
      accounts: { count },
      operationsPerRequest: 1,
      waitForFinal: false,
    }),
  };
}

function bulk(connections: number, accounts: Accounts = uniform): LoadMeasure {
  return {
    kind: 'load',
    connections,
    expectedStatus: 200,
    work: (count) => ({
      kind: 'transfers',
      accounts: accounts(count),
      operationsPerRequest: BULK_SIZE,
      waitForFinal: true,
    }),
  };
}

function reads(kind: 'balances' | 'statements'): LoadMeasure {
  return {
    kind: 'load',
    connections: READING_CONNECTIONS,
    expectedStatus: 200,
    work: (count) => ({ kind, accounts: { count } }),
  };
}

function newCase(
  contender: ContenderName,
  name: string,
  says: string,
  measure: LoadMeasure | CopyMeasure,
): Case {
  return { id: `${contender}/${name}`, contender, says, measure };
}

/** In the order in which each round measures them: what is compared lies close together. */
export const CASES: readonly Case[] = [
  newCase('lastro', 'single', 'one a request, posted', singles(WAITING_CONNECTIONS)),
  newCase('one-transaction-each', 'single', 'one a request, posted', singles(CONNECTIONS)),
  newCase('student-design', 'single', 'one a request, posted', singles(CONNECTIONS)),
  newCase('lastro', 'hot', '90% on one account, posted', singles(WAITING_CONNECTIONS, hot)),
  newCase('one-transaction-each', 'hot', '90% on one account, posted', singles(CONNECTIONS, hot)),
  newCase('lastro', 'bulk', `${BULK_SIZE} a request, posted`, bulk(BULK_CONNECTIONS)),
  newCase(
    'one-transaction-each',
    'bulk',
    `${BULK_SIZE} a request, posted`,
    bulk(BULK_CONNECTIONS_OF_ONE_EACH),
  ),
  newCase('limit-copy', '1000', 'durable COPY, batches of 1,000', { kind: 'copy', batchSize: 1000 }),
  newCase('limit-copy', '5000', 'durable COPY, batches of 5,000', { kind: 'copy', batchSize: 5000 }),
  newCase('lastro', 'bulk-hot', `${BULK_SIZE} a request, 90% on one account`, bulk(BULK_CONNECTIONS, hot)),
  newCase('lastro', 'accepted', 'one a request, answered when on disk', singlesAccepted(WAITING_CONNECTIONS)),
  newCase('limit-http', 'single', 'one a request, nothing done', singlesAccepted(CONNECTIONS)),
  newCase('limit-generator', 'single', 'one a request, not even parsed', singlesAccepted(CONNECTIONS)),
  newCase('lastro', 'balances', 'balance reads', reads('balances')),
  newCase('one-transaction-each', 'balances', 'balance reads', reads('balances')),
  newCase('lastro', 'statements', 'statement reads, 50 entries', reads('statements')),
];

/** How long and how hard; the same for all cases of a run. */
export interface LoadSettings {
  readonly warmUpMs: number;
  readonly measuredMs: number;
  readonly accountCount: number;
  readonly seed: number;
}

/** The load of a case, but for where it goes. */
export function jobOf(
  { connections, expectedStatus, work }: LoadMeasure,
  { warmUpMs, measuredMs, accountCount, seed }: LoadSettings,
): Omit<LoadJob, 'urls' | 'key'> {
  return { connections, expectedStatus, work: work(accountCount), warmUpMs, measuredMs, seed };
}

/** The load of the case called `id`, to be put on another bank than the case's. */
export function loadMeasureOf(id: Case['id']): LoadMeasure {
  const measure = CASES.find((candidate) => candidate.id === id)?.measure;
  assert(measure?.kind === 'load', `${id} is not a case with a load`);
  return measure;
}
