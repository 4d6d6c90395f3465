import { describe, expect, it, onTestFinished } from 'vitest';
import { hasRabbit, RabbitBroker } from '../../apps/business-service/test/rabbit-broker.ts';
import { until } from '../../apps/business-service/test/running-bank.ts';
import { TraceCollector } from '../../packages/service/test/trace-collector.ts';
import { findFreePorts } from '../faults/bank/free-ports.ts';
import { FaultyLink, type LinkFault } from '../faults/network/faulty-link.ts';
import { Random } from '../simulation/world/random.ts';
import { ReplicatedBank } from './replicated-bank.ts';

const FAULTS: readonly LinkFault[] = ['cut answer', 'cut request', 'half-open', 'refused'];

describe.skipIf(!hasRabbit)('exactly once with the replicated queue', () => {
  async function startBroker(nodes: number): Promise<RabbitBroker> {
    const broker = await RabbitBroker.start({ nodes, management: true });
    onTestFinished(() => broker.stop());
    return broker;
  }

  async function startBank(settings: readonly Readonly<Record<string, string>>[]): Promise<ReplicatedBank> {
    const bank = await ReplicatedBank.start(settings);
    onTestFinished(() => bank.stop());
    bank.senders.start(16);
    return bank;
  }

  /** Waits until so many more are taken. */
  async function progress(bank: ReplicatedBank, count = 30): Promise<void> {
    const before = bank.senders.told.taken.length;
    await until('more is taken', () => bank.senders.told.taken.length > before + count, 90_000);
  }

  /** I1, I2: what was taken is posted once, what was refused never. */
  async function check(bank: ReplicatedBank): Promise<void> {
    await bank.senders.stop();
    const { taken, refused, inDoubt } = bank.senders.told;
    await until(
      'all that was taken is posted',
      async () => (await bank.posted(taken)).size === taken.length,
      90_000,
    );
    const posted = await bank.posted([...taken, ...refused, ...inDoubt]);
    expect(refused.filter((id) => posted.has(id))).toEqual([]);
    await until('nothing more comes', async () => (await bank.balance()) >= posted.size);
    const late = await bank.posted(inDoubt);
    expect(await bank.balance()).toBe(new Set([...posted, ...late]).size);
    process.stdout.write(
      `taken ${taken.length}, refused ${refused.length}, in doubt ${inDoubt.length}, posted ${posted.size}: lost 0, doubled 0\n`,
    );
  }

  it('survives cut links, killed services and a killed broker', async () => {
    const broker = await startBroker(1);
    const ports = await findFreePorts(2);
    const links = ports.map(
      (port, index) => new FaultyLink(`link ${index}`, port, broker.node.port, new Random(`link ${index}`)),
    );
    for (const link of links) {
      await link.open();
      onTestFinished(() => link.close());
    }
    const bank = await startBank(
      ports.map((port) => ({
        LASTRO_QUEUE: broker.url.replace(String(broker.node.port), String(port)),
        LASTRO_QUEUE_MANAGEMENT_URL: broker.managementUrl,
        LASTRO_QUEUE_MEMBERS_MIN: '1',
      })),
    );
    await progress(bank);
    for (const [index, fault] of FAULTS.entries()) {
      const link = links[index % links.length]!;
      await link.begin(fault);
      // The other service takes on, and posts.
      await progress(bank);
      await link.heal();
    }
    await progress(bank);
    for (const index of links.keys()) {
      await bank.killBusiness(index);
      await progress(bank);
      await bank.startBusiness(index);
      await progress(bank);
    }
    await broker.node.kill();
    await broker.node.start();
    await progress(bank);
    await check(bank);
  });

  it('one trace leads from the request at one service to the commit of what another posts', async () => {
    const broker = await startBroker(1);
    const collector = await TraceCollector.start();
    onTestFinished(() => collector.stop());
    const traced = { LASTRO_TRACES: collector.url, LASTRO_TRACES_INTERVAL_MS: '10' };
    const business = {
      ...traced,
      ...{ LASTRO_QUEUE: broker.url, LASTRO_QUEUE_MEMBERS_MIN: '1', LASTRO_TRACES_RATIO: '0' },
    };
    const bank = await ReplicatedBank.start([business, business], traced);
    onTestFinished(() => bank.stop());
    const traceId = 'a'.repeat(32);
    // The one that was started first is the one that reads.
    await bank.deposit(1, { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` });
    const names = () => collector.trace(traceId).map(({ name, instance }) => `${name}, ${instance}`);
    const wanted = ['append, business-1', 'batch, business-0', 'post, business-0'];
    await until('the trace is there', () => wanted.every((name) => names().includes(name)));
    await until('the ledger is in it', () =>
      collector
        .trace(traceId)
        .some(({ name, service }) => name === 'commit' && service === 'lastro-data-service'),
    );
  });

  it('goes on without any one of three nodes, and takes nothing without two', async () => {
    const broker = await startBroker(3);
    const setting = { LASTRO_QUEUE: broker.url, LASTRO_QUEUE_MANAGEMENT_URL: broker.managementUrl };
    const bank = await startBank([setting, setting]);
    await progress(bank);
    // One of them leads the queue.
    for (const node of broker.nodes) {
      await node.kill();
      await progress(bank);
      await node.start();
      await broker.nodes[0]!.ctl('await_online_nodes', '3');
      await progress(bank);
    }
    const [first, second] = broker.nodes;
    await Promise.all([first!.kill(), second!.kill()]);
    const { told } = bank.senders;
    const refusedBefore = told.refused.length;
    await until('it is refused', () => told.refused.length > refusedBefore + 50, 60_000);
    const takenBefore = told.taken.length;
    await until('it is refused again', () => told.refused.length > refusedBefore + 100, 60_000);
    expect(told.taken.length).toBe(takenBefore);
    await Promise.all([first!.start(), second!.start()]);
    await progress(bank);
    await check(bank);
  });
});
