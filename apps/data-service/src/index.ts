export { DataServiceConfig, dataServiceConfig } from './config.ts';
export { startDataService } from './start.ts';
export {
  type SavedHead,
  type VerifiedHead,
  verifyLedger,
  type VerifyOptions,
  type VerifyReport,
} from './verify/verify-ledger.ts';
