export { buildOpenApi } from './api/api.ts';
export { BusinessServiceConfig, businessServiceConfig } from './config.ts';
export { QueueDirectoryError } from './queue/lmdb/queue-directory-error.ts';
export { QueueBrokerError } from './queue/rabbit/broker-error.ts';
export { startBusinessService } from './start.ts';
