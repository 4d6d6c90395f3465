import { setTimeout as sleep } from 'node:timers/promises';
import { signalIfThere } from '@lastro/service';
import { type Bank, BUSINESS_SERVICES, DATA_SERVICES, POSTGRES } from '../bank/bank.ts';
import { childrenOf } from '../bank/postgres.ts';
import type { Random } from '../../simulation/world/random.ts';
import type { Fault } from './fault.ts';

/** PostgreSQL may be down, or just starting. */
const BACKEND_ATTEMPTS_MAX = 30;
const BACKEND_RETRY_MS = 100;

const KINDS = { business: BUSINESS_SERVICES, data: DATA_SERVICES, postgres: [POSTGRES] } as const;

/** `kill -9` and SIGSTOP of each kind of process, of one backend of PostgreSQL, and of everything at once. */
export function processFaults(bank: Bank): Fault[] {
  return [
    ...Object.entries(KINDS).flatMap(([kind, names]) => [
      killFault(bank, kind, names),
      stopFault(bank, kind, names),
    ]),
    killBackend(bank),
    stopBackend(bank),
    killEverything(bank),
  ];
}

function killFault(bank: Bank, kind: string, names: readonly string[]): Fault {
  return {
    kind: `kill ${kind}`,
    async strike(random) {
      const target = random.pick(names);
      if (!(await bank.keeper(target).kill())) return undefined;
      return { target, heal: async () => bank.keeper(target).start() };
    },
  };
}

function stopFault(bank: Bank, kind: string, names: readonly string[]): Fault {
  return {
    kind: `stop ${kind}`,
    async strike(random) {
      const target = random.pick(names);
      await bank.keeper(target).pause();
      return { target, heal: () => bank.keeper(target).resume() };
    },
  };
}

/** PostgreSQL then ends all of them itself and recovers. */
function killBackend(bank: Bank): Fault {
  return {
    kind: 'kill postgres backend',
    async strike(random) {
      const pid = await pickBackend(bank, random);
      if (pid === undefined) return undefined;
      signalIfThere(pid, 'SIGKILL');
      return { target: `process ${pid}`, heal: async () => undefined };
    },
  };
}

/** It may hold the head row, or write the log for everybody. */
function stopBackend(bank: Bank): Fault {
  return {
    kind: 'stop postgres backend',
    async strike(random) {
      const pid = await pickBackend(bank, random);
      if (pid === undefined) return undefined;
      signalIfThere(pid, 'SIGSTOP');
      return {
        target: `process ${pid}`,
        // Also when its postmaster has been killed meanwhile: stopped, it would never notice.
        heal: async () => signalIfThere(pid, 'SIGCONT'),
      };
    },
  };
}

async function pickBackend(bank: Bank, random: Random): Promise<number | undefined> {
  for (let attempt = 1; attempt <= BACKEND_ATTEMPTS_MAX; attempt += 1) {
    const { pid } = bank.keeper(POSTGRES);
    const children = pid === undefined ? [] : await childrenOf(pid);
    if (children.length > 0) return random.pick(children);
    await sleep(BACKEND_RETRY_MS);
  }
  return undefined;
}

function killEverything(bank: Bank): Fault {
  return {
    kind: 'kill everything',
    async strike() {
      await Promise.all(bank.keepers.map((keeper) => keeper.kill()));
      return {
        target: 'all processes',
        heal: async () => {
          for (const keeper of bank.keepers) keeper.start();
        },
      };
    },
  };
}
