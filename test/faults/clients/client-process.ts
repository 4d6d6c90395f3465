import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../simulation/world/random.ts';
import type { ClientPlan, FromClient, ToClient } from './client-messages.ts';
import { Courier, type Counts } from './courier.ts';
import { Door } from './door.ts';
import { Journal } from './journal.ts';
import { Reader } from './reader.ts';
import { SdkSession } from './sdk-session.ts';
import { SESSIONS } from './sessions.ts';

const REPORT_EVERY_MS = 250;
const SDK_PAUSE_MAX_MS = 100;

const stopping = new AbortController();
// Every session waits for it.
setMaxListeners(0, stopping.signal);

process.on('message', (message: ToClient) => {
  if (message.kind === 'stop') stopping.abort();
  else void run(message.plan);
});
// Nobody would read what it finds.
process.on('disconnect', () => process.exit(1));

async function run(plan: ClientPlan): Promise<void> {
  const random = new Random(plan.seed);
  const journal = await Journal.create(plan.journal);
  const counts: Counts = { acknowledged: 0, reads: 0 };
  const doors = plan.doors.map(({ host, url }) => new Door(host, url, plan.key));
  const dataDoors = plan.dataDoors.map(({ host, url }) => new Door(host, url, plan.auditorKey));
  const courier = new Courier(doors, journal, random.fork('courier'), counts);
  const { accounts } = plan;
  const sdk = new SdkSession({
    servers: plan.doors.map(({ url }) => url),
    key: plan.key,
    accounts,
    courier,
    journal,
    random: random.fork('sdk'),
  });
  const reporting = setInterval(() => process.send!(counts satisfies FromClient), REPORT_EVERY_MS);
  const loops = SESSIONS.flatMap(({ count, pauseMaxMs, act }, kind) =>
    Array.from({ length: count }, (_, index) => {
      const own = random.fork(`session ${kind} ${index}`);
      const reader = new Reader({ doors, dataDoors, accounts, journal, random: own, counts });
      return loop(own, pauseMaxMs, () => act({ accounts, doors, courier, reader, random: own }));
    }),
  );
  loops.push(loop(random.fork('sdk pauses'), SDK_PAUSE_MAX_MS, () => sdk.act()));
  await Promise.all(loops);
  clearInterval(reporting);
  await journal.close();
  await Promise.all([sdk.close(), ...[...doors, ...dataDoors].map((door) => door.close())]);
  process.send!(counts satisfies FromClient, () => process.exit(0));
}

async function loop(random: Random, pauseMaxMs: number, act: () => Promise<void>): Promise<void> {
  while (!stopping.signal.aborted) {
    await act();
    await sleep(random.between(0, pauseMaxMs), undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}
