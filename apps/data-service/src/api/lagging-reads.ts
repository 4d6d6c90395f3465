import { LEDGER_AGE_HEADER, LEDGER_SEQUENCE_HEADER } from '@lastro/contract';
import type { LaggingReads, StandbyReads } from '../storage/postgres/standby-reads.ts';
import type { LedgerStore } from '../storage/store.ts';

/** What this needs of an answer that is on its way. */
interface Reply {
  readonly sent: boolean;
  header(name: string, value: number): unknown;
}

/** What an answer is read from: headers of the answer say how far that goes, where it may be behind. */
export type ReadsFor = (reply: Reply) => LaggingReads;

/** Reads for answers that may be behind: from `standbys`, or without any from the ledger itself. */
export function readsFor(store: LedgerStore, standbys: StandbyReads | undefined): ReadsFor {
  if (standbys === undefined) return () => store;
  return (reply) =>
    standbys.telling(({ sequence, ageMaxMs }) => {
      // Of an export, the first page says it: the later ones only go back from there.
      if (reply.sent) return;
      reply.header(LEDGER_SEQUENCE_HEADER, sequence);
      if (ageMaxMs !== undefined) reply.header(LEDGER_AGE_HEADER, ageMaxMs);
    });
}
