export { noteBackup } from './backup/note-backup.ts';
export { DataServiceConfig, dataServiceConfig } from './config.ts';
export {
  type RebuildOptions,
  rebuildProjection,
  type RebuildReport,
  RebuildUnderWayError,
} from './projection/rebuild-projection.ts';
export {
  type Difference,
  ledgerSequence,
  recoverLedger,
  type RecoveryReport,
} from './recover/recover-ledger.ts';
export { startDataService } from './start.ts';
export type { AccountsDigest } from './verify/account-comparison.ts';
export type { HoldsDigest } from './verify/hold-comparison.ts';
export {
  type SavedHead,
  type VerifiedHead,
  verifyLedger,
  type VerifyOptions,
  type VerifyReport,
} from './verify/verify-ledger.ts';
