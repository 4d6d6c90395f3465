import type { LastroClient } from '@lastro/sdk';
import { concurrently, piecesOf } from '../concurrently.ts';
import { overdraftLimitMinor } from './operation-plan.ts';
import type { RunIdentity } from './run-identity.ts';
import type { SimulationSettings } from './settings.ts';

const OPENED_PER_REQUEST = 1_000;
const REQUESTS_AT_ONCE = 4;
const WAIT_SECONDS = 30;

/** An account of the run could not be opened, so there is nothing to simulate with. */
export class OpeningError extends Error {
  override readonly name = 'OpeningError';
}

/** Opens every account of the run. @returns the newest place in the ledger after it. */
export async function openAccounts(
  client: LastroClient,
  settings: SimulationSettings,
  identity: RunIdentity,
): Promise<number> {
  const { accounts, currency } = settings;
  let sequence = 0;
  const requests = Array.from({ length: accounts }, (_, number) => ({
    type: 'open' as const,
    account: identity.account(number),
    currency,
    overdraftLimit: overdraftLimitMinor(number, settings),
  }));
  await concurrently(piecesOf(requests, OPENED_PER_REQUEST), REQUESTS_AT_ONCE, async (piece) => {
    for (const opened of await client.operations(piece, { waitSeconds: WAIT_SECONDS })) {
      const { status, reason } =
        opened.status === 'accepted' ? await client.waitFor(opened.id, settings.settleTimeoutMs) : opened;
      if (status !== 'posted') {
        const why = reason ?? 'the bank accepted it, and has not posted it: is its data service up?';
        throw new OpeningError(`account ${String(opened.account)} could not be opened: ${why}`);
      }
      sequence = Math.max(sequence, opened.sequence ?? 0);
    }
  });
  return sequence;
}
