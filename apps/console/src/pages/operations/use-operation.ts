import type { CommittedBatchWithOperations, Hold, Operation } from '@lastro/contract';
import { useRead } from '../../bank/use-read.ts';
import { useSession } from '../../session/session.ts';
import { NEIGHBOURS, neighboursCursor, REVERSIBLE } from './life.ts';

/** Not final yet: it is asked again soon. What is final never changes. */
const ACCEPTED_EVERY_MS = 500;
/** What became of a hold, and how much of an operation was reversed, can still change. */
const FOLLOWED_EVERY_MS = 3_000;

export function useOperation(id: string) {
  const { bank } = useSession();
  return useRead({
    queryKey: ['operation', id],
    queryFn: () => bank.reads.operation(id),
    refetchInterval: ({ state: { data } }) => data?.status === 'accepted' && ACCEPTED_EVERY_MS,
  });
}

/** The hold that an operation has made. */
export function useHoldOf({ id, type, status }: Operation) {
  const { bank } = useSession();
  return useRead({
    queryKey: ['hold', id],
    queryFn: () => bank.reads.holdState(id),
    enabled: type === 'hold' && status === 'posted',
    refetchInterval: ({ state: { data } }) => data?.status === 'open' && FOLLOWED_EVERY_MS,
  });
}

/** How an operation is reversed so far. */
export function useReversals({ id, type, status }: Operation) {
  const { bank } = useSession();
  return useRead({
    queryKey: ['reversals', id],
    queryFn: () => bank.reads.reversals(id),
    enabled: REVERSIBLE.has(type) && status === 'posted',
    refetchInterval: FOLLOWED_EVERY_MS,
  });
}

/** The batch of an operation, with those before and after it. */
export function useNeighbours({ batch, sequence }: Operation) {
  const { bank } = useSession();
  return useRead({
    queryKey: ['neighbours', batch, sequence],
    // Where a batch begins is known with its first page, and that may be the one that is wanted.
    queryFn: async () => {
      const path = `/v1/batches/${batch}?limit=${2 * NEIGHBOURS + 1}`;
      const first = await bank.request<CommittedBatchWithOperations>(path);
      const cursor = neighboursCursor(first.batch, sequence!);
      if (cursor === undefined) return first;
      return bank.request<CommittedBatchWithOperations>(`${path}&cursor=${cursor}`);
    },
    enabled: batch !== undefined && sequence !== undefined,
    staleTime: Infinity,
  });
}

const ENDED_BY = { captured: 'capture', voided: 'void', expired: 'expiry' } as const;
/** Operations of one account and type within the moment of a hold's end. */
const ENDS_MAX = 1000;
const MOMENT_MS = 1000;

/** The operation that has ended a hold: one of its type, on its account, at the instant of its end. */
export function useEndOf(hold: Hold | undefined) {
  const { bank } = useSession();
  return useRead({
    queryKey: ['end of hold', hold?.id],
    queryFn: async (): Promise<Operation | null> => {
      const { id, from: account, status, closedAt } = hold!;
      const to = new Date(Date.parse(closedAt!) + MOMENT_MS).toISOString();
      const type = ENDED_BY[status as keyof typeof ENDED_BY];
      const found = await bank.reads.findOperations({ account, type, from: closedAt!, to, limit: ENDS_MAX });
      return found.operations.find((operation) => operation.hold === id) ?? null;
    },
    enabled: hold?.closedAt !== undefined && hold.status !== 'open',
    // What can be found follows the ledger after a moment.
    refetchInterval: ({ state: { data } }) => data === null && FOLLOWED_EVERY_MS,
  });
}
