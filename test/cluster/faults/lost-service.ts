import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BankFault } from '../../faults/bank/bank-fault.ts';
import type { JournalEntry } from '../../faults/clients/journal-entry.ts';
import { type ClusterBank, DATA_SERVICES } from '../bank/cluster-bank.ts';
import type { ClusterFault, Victim } from './cluster-fault.ts';

/** It is lost with at least so many operations that it has taken and nobody has posted. */
const UNPOSTED_MIN = 20;
const UNPOSTED_DEADLINE_MS = 30_000;
const POLL_MS = 200;

/**
 * A business service is killed, and its disk is gone, while operations that it has taken are not posted: the other has to post
 * every one of them. Only then it comes back, as a new machine of its name. `journals`: what clients note down.
 */
export function loseBusinessService(
  bank: ClusterBank,
  { role, pick }: Victim,
  journals: readonly string[],
): ClusterFault {
  return {
    kind: `lose ${role} and its disk`,
    async strike(random) {
      const target = await pick(random);
      // What is taken from now on stays in the queue.
      await Promise.all(DATA_SERVICES.map((name) => bank.service(name).pause()));
      try {
        await waitUntilUnposted(bank, target, journals);
        await bank.service(target).kill();
        await bank.loseDisk(target);
        const unposted = await unpostedOf(bank, target, journals);
        return {
          target: `${target}, ${unposted.length} unposted`,
          isOutlived: async () => (await bank.database.idsNotPosted(unposted)).length === 0,
          heal: async () => bank.service(target).start(),
        };
      } finally {
        await Promise.all(DATA_SERVICES.map((name) => bank.service(name).resume()));
      }
    },
  };
}

/** @throws BankFault */
async function waitUntilUnposted(
  bank: ClusterBank,
  host: string,
  journals: readonly string[],
): Promise<void> {
  const deadline = performance.now() + UNPOSTED_DEADLINE_MS;
  while ((await unpostedOf(bank, host, journals)).length < UNPOSTED_MIN) {
    if (performance.now() > deadline)
      throw new BankFault(`${host} took nothing for ${UNPOSTED_DEADLINE_MS} ms while the ledger stood still`);
    await sleep(POLL_MS);
  }
}

async function unpostedOf(bank: ClusterBank, host: string, journals: readonly string[]): Promise<string[]> {
  const taken = await Promise.all(journals.map((path) => takenBy(host, path)));
  return bank.database.idsNotPosted(taken.flat());
}

/** Ids of what a client was told that `host` has accepted, as far as its journal goes. */
async function takenBy(host: string, journal: string): Promise<string[]> {
  const lines = (await readFile(journal, 'utf8')).split('\n');
  // The last line may be on its way to the file.
  return lines.slice(0, -1).flatMap((line) => {
    if (!line.startsWith('{"kind":"acknowledged"')) return [];
    const entry = JSON.parse(line) as Extract<JournalEntry, { kind: 'acknowledged' }>;
    if (entry.host !== host) return [];
    return entry.operations.filter(({ status }) => status === 'accepted').map(({ id }) => id);
  });
}
