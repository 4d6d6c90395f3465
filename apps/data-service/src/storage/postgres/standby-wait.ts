import type pg from 'pg';
import { StoreUnavailableError } from '../store.ts';

/** Where PostgreSQL waits for standbys (syncrep.c). Its texts are translated; the names of its functions are not. */
const WAIT_ROUTINE = 'SyncRepWaitForLSN';

/**
 * Does `work`, a commit on `client`. An operator who cancels a commit that waits for a standby ends the wait, and PostgreSQL
 * reports success all the same, with a warning: the commit may be on this server alone, and go with it (I1, I6).
 *
 * @throws StoreUnavailableError after such a warning: the outcome is not known, and the same batch may be committed again.
 */
export async function withStandbys<Result>(
  client: pg.PoolClient,
  work: () => Promise<Result>,
): Promise<Result> {
  let isAlone = false;
  const onNotice = ({ routine }: { readonly routine?: string | undefined }) => {
    isAlone ||= routine === WAIT_ROUTINE;
  };
  client.on('notice', onNotice);
  try {
    const result = await work();
    if (isAlone) throw new StoreUnavailableError('somebody ended the wait for a standby');
    return result;
  } finally {
    client.off('notice', onNotice);
  }
}
