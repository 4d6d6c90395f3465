import { ACCOUNT_STATUSES } from '@lastro/ledger';
import type { Findings } from '../../../apps/data-service/src/verify/findings.ts';
import type { Recomputation } from '../../../apps/data-service/src/verify/recomputation.ts';
import type { LedgerTables } from '../ledger/ledger-tables.ts';

/** The tables beside what `lastro verify` has added up from the records. */
export function compareRecomputed(tables: LedgerTables, recomputed: Recomputation, findings: Findings): void {
  compareAccounts(tables, recomputed, findings);
  compareHolds(tables, recomputed, findings);
  findings.expectEqual('ledger', 'number of reversals', tables.reversals.length, recomputed.reversalCount);
}

function compareAccounts(tables: LedgerTables, { accounts }: Recomputation, findings: Findings): void {
  findings.expectEqual('ledger', 'number of accounts', tables.accounts.size, accounts.count);
  for (const account of tables.accounts.values()) {
    const { id, number, balance, held, status, entryCount, lastSequence, overdraftLimit } = account;
    const where = `account ${id}`;
    const expected = accounts.chunkOf(number);
    const index = accounts.indexOf(number);
    findings.expectEqual(where, 'id', id, expected?.ids[index]);
    findings.expectEqual(where, 'balance', balance, expected?.balance[index]);
    findings.expectEqual(where, 'what is held', held, expected?.held[index]);
    findings.expectEqual(where, 'status', ACCOUNT_STATUSES[status], expected?.status[index]);
    findings.expectEqual(where, 'number of entries', entryCount, expected?.entryCount[index]);
    findings.expectEqual(where, 'newest entry', lastSequence, expected?.lastSequence[index]);
    findings.expectEqual(where, 'overdraft limit', overdraftLimit, expected?.overdraftLimit[index]);
  }
}

function compareHolds({ holds: rows }: LedgerTables, { holds }: Recomputation, findings: Findings): void {
  findings.expectEqual('ledger', 'number of holds', rows.size, holds.count);
  for (const [id, { amount }] of holds.entries()) {
    const row = rows.get(id);
    findings.expectEqual(`hold ${id}`, 'status', row?.status, 'open');
    findings.expectEqual(`hold ${id}`, 'amount', row?.amount, amount);
  }
  for (const { id, captured, closedSequence } of holds.takeEnded()) {
    const row = rows.get(id);
    findings.expectEqual(`hold ${id}`, 'amount captured', row?.captured, captured);
    findings.expectEqual(`hold ${id}`, 'operation that ended it', row?.closedSequence, closedSequence);
  }
}
