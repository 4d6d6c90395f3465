import {
  type Account,
  ACCOUNT_STATUSES,
  type Hold,
  HOLD_STATUSES,
  RECORD_FIELDS,
  type Reversal,
} from '@lastro/ledger';
import type { BatchToWrite, LedgerHead } from '../store.ts';
import { int8Array, uuidArray } from './binary-arrays.ts';
import { textArray } from './text-array.ts';
import type { Statement, Step } from './statement-pipeline.ts';

/** Every entry of an account whose number is a multiple of this gets a checkpoint. */
export const CHECKPOINT_ENTRIES = 64;

/** SQLSTATE of `lock_ledger_head` when the ledger is not where the writer believes it to be. */
export const HEAD_MOVED_SQLSTATE = 'LA001';

/** SQLSTATE of `require_standbys` when PostgreSQL does not wait for as many standbys as it must. */
export const STANDBYS_MISSING_SQLSTATE = 'LA002';

/** The signature, flags and extension length that open a binary COPY (manual, "COPY", binary format). */
const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const STATEMENTS = {
  begin: statement('begin', 'BEGIN'),
  lockHead: statement('lock-head-at', 'SELECT lock_ledger_head($1, $2)'),
  copyRecords: statement(
    'copy-records',
    `COPY operation (${RECORD_FIELDS.join(', ')}) FROM STDIN (FORMAT binary)`,
  ),
  writeBalances: statement('write-balances', 'SELECT write_balances($1, $2, $3, $4)'),
  writeTerms: statement('write-terms', 'SELECT write_terms($1, $2, $3, $4)'),
  writeDescriptions: statement(
    'write-descriptions',
    `UPDATE account a SET name = coalesce(n.name, a.name), metadata = coalesce(n.metadata, a.metadata)
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS n (number, name, metadata) WHERE a.number = n.number`,
  ),
  writeHolds: statement(
    'write-holds',
    `INSERT INTO hold (id, account, payee, amount, expires_at, status, captured, opened_sequence, closed_sequence)
     SELECT id, account, payee, amount, expires_at, status, captured, opened_sequence, nullif(closed_sequence, 0)
     FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[], $7::bigint[],
                 $8::bigint[], $9::bigint[])
       AS h (id, account, payee, amount, expires_at, status, captured, opened_sequence, closed_sequence)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, captured = excluded.captured,
                                    closed_sequence = excluded.closed_sequence`,
  ),
  writeReversals: statement(
    'write-reversals',
    `INSERT INTO reversal (original, sequence, reversed)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`,
  ),
  writeCheckpoints: statement(
    'write-checkpoints',
    'INSERT INTO account_checkpoint (account, sequence) SELECT * FROM unnest($1::bigint[], $2::bigint[])',
  ),
  writeBatch: statement(
    'write-batch',
    'INSERT INTO batch (number, first_sequence, operation_count, posted_at, hash) VALUES ($1, $2, $3, $4, $5)',
  ),
  moveHead: statement(
    'move-head',
    'UPDATE ledger_head SET sequence = $1, batch = $2, hash = $3, account_count = $4, posted_at = $5',
  ),
  commit: statement('commit', 'COMMIT'),
  requireStandbys: statement('require-standbys', 'SELECT require_standbys($1)'),
};

function statement(name: string, text: string): Statement {
  return { name, text };
}

/** What has to be prepared on a connection that commits. */
export const COMMIT_STATEMENTS: readonly Statement[] = Object.values(STATEMENTS);

/** Begins a transaction on a ledger that stands at `head`, or fails with HEAD_MOVED_SQLSTATE. */
export function beginAtSteps(head: LedgerHead): Step[] {
  return [
    { statement: STATEMENTS.begin },
    { statement: STATEMENTS.lockHead, values: [String(head.batch), head.hash] },
  ];
}

/**
 * Commits. When they have run, it is on disk, here and on `standbysMin` standbys (I1); when the last one fails, that is not known.
 * It is the same exchange, so that the check costs no time of its own.
 */
export function commitSteps(standbysMin: number): Step[] {
  const commit = { statement: STATEMENTS.commit };
  if (standbysMin === 0) return [commit];
  return [commit, { statement: STATEMENTS.requireStandbys, values: [String(standbysMin)] }];
}

/** Writes a decided batch, but for the accounts that it opens. */
export function writeSteps({ header, head, records, outcome }: BatchToWrite): Step[] {
  const { number, firstSequence, operationCount, postedAt } = header;
  return [
    { statement: STATEMENTS.copyRecords, input: Buffer.concat([COPY_HEADER, records, COPY_TRAILER]) },
    ...(outcome.changed.length === 0 ? [] : [balancesStep(outcome.changed)]),
    ...(outcome.amended.length === 0 ? [] : [termsStep(outcome.amended)]),
    ...descriptionsSteps(outcome.applied),
    ...(outcome.holds.length === 0 ? [] : [holdsStep(outcome.holds)]),
    ...(outcome.reversals.length === 0 ? [] : [reversalsStep(outcome.reversals)]),
    ...checkpointsSteps(outcome),
    {
      statement: STATEMENTS.writeBatch,
      values: [String(number), String(firstSequence), String(operationCount), postedAt, head.hash],
    },
    {
      statement: STATEMENTS.moveHead,
      values: [
        String(head.sequence),
        String(head.batch),
        head.hash,
        String(head.accountCount),
        head.postedAt,
      ],
    },
  ];
}

function balancesStep(changed: readonly Account[]): Step {
  // In the order of the table, so that neighbours are written together.
  const ordered = [...changed].sort((a, b) => a.number - b.number);
  const values = [
    int8Array(ordered.map((account) => account.number)),
    int8Array(ordered.map((account) => account.balance)),
    int8Array(ordered.map((account) => account.entryCount)),
    int8Array(ordered.map((account) => account.lastSequence)),
  ];
  return { statement: STATEMENTS.writeBalances, values };
}

function termsStep(amended: readonly Account[]): Step {
  const values = [
    int8Array(amended.map((account) => account.number)),
    int8Array(amended.map((account) => account.held)),
    int8Array(amended.map((account) => account.overdraftLimit)),
    int8Array(amended.map((account) => ACCOUNT_STATUSES[account.status])),
  ];
  return { statement: STATEMENTS.writeTerms, values };
}

/** New names and metadata of accounts; the last of a batch counts. The rules do not look at them. */
function descriptionsSteps(applied: BatchToWrite['outcome']['applied']): Step[] {
  const described = new Map<number, { name: string | null; metadata: string | null }>();
  for (const operation of applied) {
    const { content } = operation;
    if (content.type !== 'update' || operation.status !== 'posted') continue;
    const number = operation.parties!.debit;
    const { name = null, metadata = null } = described.get(number) ?? {};
    described.set(number, {
      name: content.name ?? name,
      metadata: content.metadata === undefined ? metadata : JSON.stringify(content.metadata),
    });
  }
  if (described.size === 0) return [];
  const texts = [...described.values()];
  const values = [
    int8Array([...described.keys()]),
    textArray(texts.map(({ name }) => name)),
    textArray(texts.map(({ metadata }) => metadata)),
  ];
  return [{ statement: STATEMENTS.writeDescriptions, values }];
}

function holdsStep(holds: readonly Hold[]): Step {
  const values = [
    uuidArray(holds.map((hold) => hold.id)),
    int8Array(holds.map((hold) => hold.fromNumber)),
    int8Array(holds.map((hold) => hold.toNumber)),
    int8Array(holds.map((hold) => hold.amount)),
    textArray(holds.map((hold) => hold.expiresAt ?? null)),
    int8Array(holds.map((hold) => HOLD_STATUSES[hold.status])),
    int8Array(holds.map((hold) => hold.captured)),
    int8Array(holds.map((hold) => hold.openedSequence)),
    int8Array(holds.map((hold) => hold.closedSequence)),
  ];
  return { statement: STATEMENTS.writeHolds, values };
}

function reversalsStep(reversals: readonly Reversal[]): Step {
  const values = [
    int8Array(reversals.map((reversal) => reversal.original)),
    int8Array(reversals.map((reversal) => reversal.sequence)),
    int8Array(reversals.map((reversal) => reversal.reversed)),
  ];
  return { statement: STATEMENTS.writeReversals, values };
}

function checkpointsSteps({ applied }: BatchToWrite['outcome']): Step[] {
  const accounts: number[] = [];
  const sequences: number[] = [];
  for (const operation of applied) {
    if (operation.status !== 'posted' || operation.posting === undefined) continue;
    for (const { entry, accountNumber } of [operation.posting.debit, operation.posting.credit]) {
      if (entry % CHECKPOINT_ENTRIES !== 0) continue;
      accounts.push(accountNumber);
      sequences.push(operation.sequence);
    }
  }
  if (accounts.length === 0) return [];
  return [{ statement: STATEMENTS.writeCheckpoints, values: [int8Array(accounts), int8Array(sequences)] }];
}
