import type { ChannelModel } from 'amqplib';
import { refuseUnsafe, type Safety } from './unsafe.ts';

/** The first whose quorum queues move what they would drop, at least once: the oldest that this was tested with, too. */
const OLDEST = { major: 3, minor: 10 } as const;
/** The first whose quorum queues drop what was delivered twenty times, unless they are told otherwise. */
const LIMITS_DELIVERIES_FROM = 4;

/** @throws QueueBrokerError for another product, or one that is too old. */
export function checkVersion(connection: ChannelModel, safety: Safety): void {
  const { product, version } = connection.connection.serverProperties;
  const { major, minor } = readVersion(version);
  const isNewEnough = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  if (product === 'RabbitMQ' && isNewEnough) return;
  const oldest = `RabbitMQ ${OLDEST.major}.${OLDEST.minor}`;
  refuseUnsafe(`the broker is ${product} ${version}; ${oldest} or newer is needed`, safety);
}

/** Whether queues that say nothing of it drop what was delivered often. */
export function limitsDeliveries(connection: ChannelModel): boolean {
  return readVersion(connection.connection.serverProperties.version).major >= LIMITS_DELIVERIES_FROM;
}

function readVersion(version: string): { readonly major: number; readonly minor: number } {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return { major, minor };
}
