export { DataServiceConfig, dataServiceConfig } from './config.ts';
export { startDataService } from './start.ts';
