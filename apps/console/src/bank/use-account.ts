import type { Account } from '@lastro/contract';
import { LastroProblemError } from '@lastro/sdk';
import { useSession } from '../session/session.ts';
import { useRead } from './use-read.ts';
import { useSettled } from '../ui/use-settled.ts';

/** As the contract has it; a test holds this to that. */
export const ACCOUNT_ID = /^@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** What is known of an account whose id is being typed. */
export type TypedAccount =
  | { readonly is: 'empty' | 'no_id' | 'looked_for' | 'missing' | 'unknown' }
  | { readonly is: 'found'; readonly account: Account };

/** Looks for the account with the id `text`, once nobody types any more. `unknown`: the ledger cannot be asked. */
export function useAccount(text: string): TypedAccount {
  const { bank } = useSession();
  const id = text.trim();
  const settled = useSettled(id);
  const { data, error } = useRead({
    queryKey: ['account', settled],
    queryFn: () => accountOrMissing(() => bank.reads.account(settled)),
    enabled: ACCOUNT_ID.test(settled),
  });
  if (id === '') return { is: 'empty' };
  if (!ACCOUNT_ID.test(id)) return { is: 'no_id' };
  if (settled !== id) return { is: 'looked_for' };
  if (data === null) return { is: 'missing' };
  if (data !== undefined) return { is: 'found', account: data };
  return { is: error === null ? 'looked_for' : 'unknown' };
}

async function accountOrMissing(read: () => Promise<Account>): Promise<Account | null> {
  return read().catch((error: unknown) => {
    if (error instanceof LastroProblemError && error.code === 'account_unknown') return null;
    throw error;
  });
}
