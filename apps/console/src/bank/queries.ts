import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { faultOf, isPassing } from './fault.ts';

const RETRY_DELAY_MIN_MS = 500;
const RETRY_DELAY_MAX_MS = 5_000;
const STALE_AFTER_MS = 2_000;

/**
 * The cache of what was read with one key; it goes with the key. What may pass is asked again while somebody looks; `onRefusedKey` is
 * called when the bank no longer takes the key.
 */
export function queryClientOf(onRefusedKey: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (faultOf(error).kind === 'refused_key') onRefusedKey();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        networkMode: 'always',
        retry: (_failures, error) => isPassing(error),
        retryDelay: (failures) => Math.min(RETRY_DELAY_MIN_MS * 2 ** failures, RETRY_DELAY_MAX_MS),
      },
      // Whatever writes is sent again by the SDK, with the same id.
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
