export { buildOpenApi } from './api/api.ts';
export { BusinessServiceConfig, businessServiceConfig } from './config.ts';
export { QueueDirectoryError } from './queue/lmdb/databases.ts';
export { startBusinessService } from './start.ts';
