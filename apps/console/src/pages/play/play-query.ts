import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useSession } from '../../session/session.ts';

/** Where what is played with is kept once it was read. */
export const PLAY = ['play'] as const;

interface PlayChange {
  readonly method: 'POST' | 'DELETE';
  /** Below `/v1/play`. */
  readonly path: string;
  readonly body?: object;
}

/** Changes something that can be played with, and looks at it again. */
export function usePlayChange(): UseMutationResult<unknown, Error, PlayChange> {
  const { bank, queries } = useSession();
  return useMutation({
    mutationFn: ({ method, path, body }: PlayChange) =>
      bank.request(`/v1/play${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: PLAY }),
  });
}
