export { type Account, available, cashAccountId, isBankAccount } from './account.ts';
export { applyBatch, type LedgerView } from './apply-batch.ts';
export { MINOR_MAX, addMinor, isAmount } from './money.ts';
export * from './operation.ts';
export * from './outcome.ts';
export { REASONS, REASON_NAMES, type Reason, reasonOf } from './reason.ts';
export { BinaryWriter } from './binary-writer.ts';
export * from './chain.ts';
export * from './record.ts';
