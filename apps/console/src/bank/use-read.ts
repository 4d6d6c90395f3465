import { useQuery, type UseQueryOptions } from '@tanstack/react-query';
import { useSession } from '../session/session.ts';

/** Something that is read of the bank. */
export interface Read<Data> {
  readonly data: Data | undefined;
  /** Why it was not read when it was asked for last; `null`: it was, or nobody has answered yet. */
  readonly error: Error | null;
  /** Asks at once. */
  readonly again: () => void;
}

/** Reads something of the bank. What may pass is asked again by itself, and `error` stays until there is an answer: nothing flickers. */
export function useRead<Data>(options: UseQueryOptions<Data>): Read<Data> {
  const { queries } = useSession();
  const { data, error, failureReason } = useQuery(options);
  const again = () => void queries.resetQueries({ queryKey: options.queryKey, exact: true });
  return { data, error: error ?? failureReason, again };
}
