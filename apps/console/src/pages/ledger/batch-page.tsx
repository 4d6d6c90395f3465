import type { CommittedBatch, CommittedBatchWithOperations, Operation } from '@lastro/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { sequencesOf } from './batch-list.tsx';
import styles from './ledger-page.module.css';

const PAGE_SIZE = 100;

/** One batch: its place in the chain, and its operations. */
export function BatchPage({ number }: { readonly number: number }) {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  const { bank } = useSession();
  const columns = useColumns();
  const query = useInfiniteQuery({
    queryKey: ['batch', number],
    queryFn: ({ pageParam }) =>
      bank.request<CommittedBatchWithOperations>(
        `/v1/batches/${number}?limit=${PAGE_SIZE}${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // A committed batch never changes (I8).
    staleTime: Infinity,
  });
  const batch = query.data?.pages[0]?.batch;
  return (
    <Page
      title={t('batch.title', { number: integer(number) })}
      lead={<Link href="/ledger">{t('batch.back')}</Link>}
    >
      <Panel title={t('batch.facts')}>
        {batch !== undefined && <Facts batch={batch} />}
        {batch === undefined && query.error === null && <Loading height="8rem" lines={3} />}
        {batch === undefined && query.error !== null && (
          <Failure error={query.error} height="8rem" onRetry={() => void query.refetch()} />
        )}
      </Panel>
      {batch !== undefined && (
        <Panel title={t('batch.operations')} isFlush>
          <Table
            label={t('batch.operations')}
            columns={columns}
            rows={query.data!.pages.flatMap(({ operations }) => operations)}
            keyOf={({ id }) => id}
          />
          {query.hasNextPage && (
            <div className={styles['more']}>
              <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('batch.more')}
              </Button>
            </div>
          )}
        </Panel>
      )}
    </Page>
  );
}

function Facts({ batch }: { readonly batch: CommittedBatch }) {
  const { t } = useTranslation('ledger');
  const { integer, instant } = useFormats();
  const { number, postedAt, operations, posted, rejected, hash, previousHash, acceptedBy } = batch;
  const facts = [
    [t('batches.committed'), instant(postedAt)],
    [
      t('batches.operations'),
      t('batch.counts', {
        operations: integer(operations),
        posted: integer(posted),
        rejected: integer(rejected),
      }),
    ],
    [t('batches.sequences'), sequencesOf(batch, integer)],
    [t('batches.acceptedBy'), acceptedBy.join(', ')],
    [t('batches.hash'), <code key="hash">{hash}</code>],
    [
      t('batch.previousHash'),
      <span key="previous">
        <code>{previousHash}</code>{' '}
        {number > 1 && (
          <Link href={`/ledger/batches/${number - 1}`}>
            {t('batch.link', { number: integer(number - 1) })}
          </Link>
        )}
      </span>,
    ],
  ] as const;
  return (
    <dl className={styles['facts']}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function useColumns(): readonly Column<Operation>[] {
  const { t } = useTranslation(['ledger', 'console']);
  const { integer } = useFormats();
  return [
    {
      name: 'sequence',
      label: t('ledger:batch.sequence'),
      isNumber: true,
      cell: ({ id, sequence = 0 }) => <Link href={`/operations/${id}`}>{integer(sequence)}</Link>,
    },
    { name: 'type', label: t('ledger:batch.type'), cell: ({ type }) => t(`console:types.${type}`) },
    {
      name: 'status',
      label: t('ledger:batch.status'),
      cell: ({ status, reason }) =>
        reason === undefined ? t(`console:statuses.${status}`) : t(`console:reasons.${reason}`),
    },
    {
      name: 'parties',
      label: t('ledger:batch.accounts'),
      cell: ({ account, from, to }) =>
        account ?? (from !== undefined && to !== undefined && `${from} → ${to}`),
    },
    {
      name: 'amount',
      label: t('ledger:batch.amount'),
      isNumber: true,
      cell: ({ amount, currency }) =>
        amount !== undefined && currency !== undefined && <Money minor={amount} currency={currency} />,
    },
  ];
}
