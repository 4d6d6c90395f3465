import { afterAll, beforeAll, describe } from 'vitest';
import { describeQueue } from './queue-conformance.ts';
import { hasRabbit, RabbitBroker } from './rabbit-broker.ts';
import { describeConflicts } from './rabbit-conflicts.ts';
import { describeFaults } from './rabbit-faults.ts';
import { createRabbitHarness } from './rabbit-harness.ts';
import { describeService } from './rabbit-service.ts';
import { describeStart } from './rabbit-start.ts';
import { describeTraces } from './rabbit-traces.ts';

// One broker for all: to start it takes longer than most of what is done with it.
describe.skipIf(!hasRabbit)('the replicated queue', () => {
  let broker: RabbitBroker;

  beforeAll(async () => {
    broker = await RabbitBroker.start({ management: true });
  });

  afterAll(() => broker?.stop());

  describeQueue('RabbitQueue', () => createRabbitHarness(broker.url));
  describe('when something dies, or is not ours', () => describeFaults(() => broker));
  describe('with traces', () => describeTraces(() => broker));
  describe('at its start', () => describeStart(() => broker));
  describe('of two business services', () => describeConflicts(() => broker));
  describe('of a business service', () => describeService(() => broker));
});
