import { createLogger } from '@lastro/service';
import type { ChannelModel } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { checkVersion, limitsDeliveries } from '../src/queue/rabbit/broker-version.ts';

function connectionTo(product: string, version: string): ChannelModel {
  return { connection: { serverProperties: { product, version } } } as unknown as ChannelModel;
}

const logger = createLogger('business-service', 'silent');

describe('the version of a broker', () => {
  it.each([
    ['RabbitMQ', '3.9.29'],
    ['RabbitMQ', '2.11.0'],
    ['RabbitMQ', 'unknown'],
    ['Another', '4.1.0'],
  ])('is refused: %s %s', (product, version) => {
    const connection = connectionTo(product, version);
    expect(() => checkVersion(connection, { allowUnsafe: false, logger })).toThrow(
      `the broker is ${product} ${version}; RabbitMQ 3.10 or newer is needed`,
    );
    checkVersion(connection, { allowUnsafe: true, logger });
  });

  it.each(['3.10.8', '3.13.7', '4.0.0', '10.1.2'])('is taken: RabbitMQ %s', (version) => {
    checkVersion(connectionTo('RabbitMQ', version), { allowUnsafe: false, logger });
  });

  it('says from 4.0 on that deliveries are limited', () => {
    expect(limitsDeliveries(connectionTo('RabbitMQ', '3.13.7'))).toBe(false);
    expect(limitsDeliveries(connectionTo('RabbitMQ', '4.0.1'))).toBe(true);
  });
});
