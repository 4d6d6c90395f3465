import type { CommittedBatch, CommittedBatchPage } from '@lastro/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Formats, useFormats } from '../../i18n/use-formats.ts';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './ledger-page.module.css';

const PAGE_SIZE = 25;
/** While only the newest page is shown it follows the ledger; who reads on is not disturbed. */
const EVERY_MS = 2_000;
const HEIGHT = '24rem';
const HASH_SHOWN = 12;

/** What was committed, newest first: each batch one link of the chain (I8). */
export function BatchList() {
  const { t } = useTranslation('ledger');
  const { bank } = useSession();
  const columns = useColumns();
  const query = useInfiniteQuery({
    queryKey: ['batches'],
    queryFn: ({ pageParam }) =>
      bank.request<CommittedBatchPage>(
        `/v1/batches?limit=${PAGE_SIZE}${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.pages.length === 1) && EVERY_MS,
  });
  const batches = query.data?.pages.flatMap((page) => page.batches);
  return (
    <Panel title={t('batches.title')} isFlush>
      {batches === undefined && query.error === null && <Loading height={HEIGHT} lines={8} />}
      {batches === undefined && query.error !== null && (
        <Failure error={query.error} height={HEIGHT} onRetry={() => void query.refetch()} />
      )}
      {batches?.length === 0 && (
        <Empty title={t('batches.empty')} hint={t('batches.emptyHint')} height={HEIGHT} />
      )}
      {batches !== undefined && batches.length > 0 && (
        <Table label={t('batches.title')} columns={columns} rows={batches} keyOf={({ number }) => number} />
      )}
      {query.hasNextPage && (
        <div className={styles['more']}>
          <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('batches.older')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function useColumns(): readonly Column<CommittedBatch>[] {
  const { t } = useTranslation('ledger');
  const { integer, instant } = useFormats();
  return [
    {
      name: 'number',
      label: t('batches.number'),
      isNumber: true,
      cell: ({ number }) => <Link href={`/ledger/batches/${number}`}>{integer(number)}</Link>,
    },
    {
      name: 'postedAt',
      label: t('batches.committed'),
      cell: ({ postedAt }) => (
        <time dateTime={postedAt} title={postedAt}>
          {instant(postedAt)}
        </time>
      ),
    },
    {
      name: 'operations',
      label: t('batches.operations'),
      isNumber: true,
      cell: ({ operations }) => integer(operations),
    },
    {
      name: 'rejected',
      label: t('batches.rejected'),
      isNumber: true,
      cell: ({ rejected }) => integer(rejected),
    },
    {
      name: 'sequences',
      label: t('batches.sequences'),
      isNumber: true,
      cell: (batch) => sequencesOf(batch, integer),
    },
    { name: 'acceptedBy', label: t('batches.acceptedBy'), cell: ({ acceptedBy }) => acceptedBy.join(', ') },
    {
      name: 'hash',
      label: t('batches.hash'),
      cell: ({ hash }) => <code title={hash}>{hash.slice(0, HASH_SHOWN)}</code>,
    },
  ];
}

/** `1,001 – 1,250`. */
export function sequencesOf(
  { firstSequence, lastSequence }: CommittedBatch,
  integer: Formats['integer'],
): string {
  const first = integer(firstSequence);
  return firstSequence === lastSequence ? first : `${first} – ${integer(lastSequence)}`;
}
