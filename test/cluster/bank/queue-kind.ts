/** Where business services keep what they have taken: each on its own disk, or all at RabbitMQ. */
export type QueueKind = 'embedded' | 'rabbitmq';
