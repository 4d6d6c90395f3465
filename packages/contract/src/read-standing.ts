/** Headers of an answer that was read from a standby. */

/** Sequence of the newest operation that the answer counts. */
export const LEDGER_SEQUENCE_HEADER = 'lastro-ledger-sequence';

/** Milliseconds: everything that was committed so long before is in the answer. */
export const LEDGER_AGE_HEADER = 'lastro-ledger-age-max-ms';
