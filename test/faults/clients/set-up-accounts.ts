import type { Random } from '../../simulation/world/random.ts';
import { BankFault } from '../bank/bank-fault.ts';
import type { DoorPlan } from './client-messages.ts';
import { Courier } from './courier.ts';
import { Door } from './door.ts';
import { Journal } from './journal.ts';
import { type AccountPlan, firstOperations } from './operation-mix.ts';

const WAIT_SECONDS = 20;

/** Opens every account and pays in what it begins with, before anything is hurt. @throws BankFault */
export async function setUpAccounts(
  bank: { readonly doors: readonly DoorPlan[]; readonly adminKey: string },
  accounts: AccountPlan,
  random: Random,
  journalPath: string,
): Promise<void> {
  const journal = await Journal.create(journalPath);
  const doors = bank.doors.map(({ host, url }) => new Door(host, url, bank.adminKey));
  try {
    const courier = new Courier(doors, journal, random, { acknowledged: 0, reads: 0 });
    const contents = firstOperations(accounts, random);
    const known = await courier.send(contents, { waitSeconds: WAIT_SECONDS });
    const states = known !== undefined && 'operations' in known ? known.operations : [];
    if (states.length === 0 || states.some(({ status }) => status !== 'posted'))
      throw new BankFault('the accounts could not be opened');
  } finally {
    await journal.close();
    await Promise.all(doors.map((door) => door.close()));
  }
}
