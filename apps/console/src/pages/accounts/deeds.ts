import type { Account } from '@lastro/contract';

export type Deed = 'freeze' | 'unfreeze' | 'change' | 'close';

/** Which movements; a test holds this to the contract. */
export const SIDES = ['both', 'debits', 'credits'] as const;

/** The bank's own accounts that open by themselves; they are never closed. */
const OPENS_BY_ITSELF = /^@(cash|fx)\./;

/** What an account lets be done with it, as it is. */
export function deedsOf({ id, status }: Pick<Account, 'id' | 'status'>): readonly Deed[] {
  if (status === 'closed') return [];
  const all: readonly Deed[] = ['change', 'unfreeze', 'freeze', 'close'];
  return all.filter((deed) => {
    if (deed === 'unfreeze') return status !== 'open';
    if (deed === 'freeze') return status !== 'frozen';
    return deed !== 'close' || !OPENS_BY_ITSELF.test(id);
  });
}
