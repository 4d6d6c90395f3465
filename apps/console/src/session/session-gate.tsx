import type { Caller } from '@lastro/contract';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Bank, bankOf } from '../bank/bank.ts';
import { faultOf } from '../bank/fault.ts';
import { queryClientOf } from '../bank/queries.ts';
import { keptKey } from './kept-key.ts';
import { type Session, SessionContext } from './session.ts';
import { type SignInFault, SignInPage } from './sign-in-page.tsx';

type GateState =
  | { readonly at: 'checking' }
  | { readonly at: 'door'; readonly fault?: SignInFault | undefined }
  | { readonly at: 'inside'; readonly caller: Caller; readonly bank: Bank };

/** Lets in who has a key that the bank takes; everybody else sees the sign-in. A key that is refused later leads back to it. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<GateState>(() =>
    keptKey.read() === undefined ? { at: 'door' } : { at: 'checking' },
  );
  const enter = useCallback(async (key: string, keep: boolean) => {
    const entered = await stateWith(key);
    if (entered.at === 'inside' && keep) keptKey.keep(key);
    setState(entered);
  }, []);
  const leave = useCallback((fault?: SignInFault) => {
    keptKey.forget();
    setState({ at: 'door', fault });
  }, []);
  useKeptKey(enter);

  if (state.at === 'checking') return null;
  if (state.at === 'door') return <SignInPage fault={state.fault} onSignIn={enter} />;
  return (
    <Inside caller={state.caller} bank={state.bank} onLeave={leave}>
      {children}
    </Inside>
  );
}

interface InsideProps {
  readonly caller: Caller;
  readonly bank: Bank;
  readonly onLeave: (fault?: SignInFault) => void;
  readonly children: ReactNode;
}

function Inside({ caller, bank, onLeave, children }: InsideProps) {
  const session = useMemo<Session>(() => {
    const endWithKey = () => onLeave({ kind: 'ended' });
    return { caller, bank, queries: queryClientOf(endWithKey), signOut: () => onLeave(), endWithKey };
  }, [caller, bank, onLeave]);
  useEffect(() => () => session.queries.clear(), [session]);
  return (
    <SessionContext value={session}>
      <QueryClientProvider client={session.queries}>{children}</QueryClientProvider>
    </SessionContext>
  );
}

/** Signs in once with the key that was kept for this tab. */
function useKeptKey(enter: (key: string, keep: boolean) => Promise<void>): void {
  const asked = useRef(false);
  useEffect(() => {
    const key = keptKey.read();
    if (key === undefined || asked.current) return;
    asked.current = true;
    void enter(key, true);
  }, [enter]);
}

async function stateWith(key: string): Promise<GateState> {
  if (!/^[\x21-\x7e]+$/.test(key)) return { at: 'door', fault: { kind: 'unknown_key' } };
  const bank = bankOf(key);
  try {
    return { at: 'inside', caller: await bank.whoAmI(), bank };
  } catch (error) {
    const fault = faultOf(error);
    return { at: 'door', fault: fault.kind === 'refused_key' ? { kind: 'unknown_key' } : fault };
  }
}
