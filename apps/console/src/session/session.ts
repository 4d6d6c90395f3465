import type { Caller, Scope } from '@lastro/contract';
import type { QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import type { Bank } from '../bank/bank.ts';

/** Somebody who has signed in. */
export interface Session {
  readonly caller: Caller;
  readonly bank: Bank;
  readonly queries: QueryClient;
  readonly signOut: () => void;
  /** The bank no longer takes the key: back to the sign-in, which says so. */
  readonly endWithKey: () => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** The session that every page but the sign-in has. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no session here');
  return session;
}

const RANK: Readonly<Record<Scope, number>> = { read: 0, operate: 1, admin: 2 };

/** Whether the key may do what asks for `scope`. The bank decides; this is only what is shown and enabled. */
export function useMay(scope: Scope): boolean {
  const { caller } = useSession();
  return RANK[caller.scope] >= RANK[scope];
}
