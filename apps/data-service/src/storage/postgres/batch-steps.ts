import { RECORD_FIELDS } from '@lastro/ledger';
import type { Account } from '@lastro/ledger';
import type { BatchToWrite, LedgerHead } from '../store.ts';
import { int8Array } from './binary-arrays.ts';
import type { Statement, Step } from './statement-pipeline.ts';

/** Every entry of an account whose number is a multiple of this gets a checkpoint. */
export const CHECKPOINT_ENTRIES = 64;

/** SQLSTATE of `lock_ledger_head` when the ledger is not where the writer believes it to be. */
export const HEAD_MOVED_SQLSTATE = 'LA001';

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

/** Writes a decided batch, but for the accounts that it opens, and commits. When they have run, it is on disk (I1). */
export function writeSteps({ header, head, records, outcome }: BatchToWrite): Step[] {
  const { number, firstSequence, operationCount, postedAt } = header;
  return [
    { statement: STATEMENTS.copyRecords, input: Buffer.concat([COPY_HEADER, records, COPY_TRAILER]) },
    ...(outcome.changed.length === 0 ? [] : [balancesStep(outcome.changed)]),
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
    { statement: STATEMENTS.commit },
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
