import type { CommittedBatch, CommittedBatchWithOperations, Operation } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { usePages } from '../../bank/use-pages.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { EndlessList } from '../../ui/endless-list.tsx';
import type { EndlessColumn } from '../../ui/endless-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Parties } from '../../ui/parties.tsx';
import { useIsNarrow } from '../../ui/use-is-narrow.ts';
import { Failure, Loading } from '../../ui/states.tsx';
import { sequencesOf } from './batch-list.tsx';

const PAGE_SIZE = 100;
const FACTS_HEIGHT = '11rem';
const HEIGHT = '24rem';

const rowsOf = ({ operations }: CommittedBatchWithOperations) => operations;
const keyOf = ({ id }: Operation) => id;
const hrefOf = ({ id }: Operation) => `/operations/${id}`;

/** One batch: its place in the chain, and its operations. It never changes (I8). */
export function BatchPage({ number }: { readonly number: number }) {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  const { bank } = useSession();
  const columns = useColumns();
  const pages = usePages({
    queryKey: ['batch', number],
    read: (cursor) =>
      bank.request<CommittedBatchWithOperations>(
        `/v1/batches/${number}?limit=${PAGE_SIZE}${cursor ? `&cursor=${cursor}` : ''}`,
      ),
    rowsOf,
    keyOf,
  });
  const { first, isLoading, error, refresh } = pages;
  return (
    <Page
      title={t('batch.title', { number: integer(number) })}
      lead={<Link href="/ledger">{t('batch.back')}</Link>}
    >
      <Panel title={t('batch.facts')}>
        {isLoading && <Loading height={FACTS_HEIGHT} lines={6} />}
        {first === undefined && error !== null && (
          <Failure error={error} height={FACTS_HEIGHT} onRetry={refresh} />
        )}
        {first && <BatchFacts batch={first.batch} />}
      </Panel>
      {first && (
        <Panel title={t('batch.operations')} isFlush>
          <EndlessList
            label={t('batch.operations')}
            columns={columns}
            pages={pages}
            keyOf={keyOf}
            hrefOf={hrefOf}
            height={HEIGHT}
            emptyTitle={t('batches.empty')}
          />
        </Panel>
      )}
    </Page>
  );
}

function BatchFacts({ batch }: { readonly batch: CommittedBatch }) {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  const { number, postedAt, operations, posted, rejected, hash, previousHash, acceptedBy } = batch;
  const counts = {
    operations: integer(operations),
    posted: integer(posted),
    rejected: integer(rejected),
  };
  return (
    <Facts
      facts={[
        [t('batches.committed'), <Moment key="committed" at={postedAt} />],
        [t('batches.operations'), t('batch.counts', counts)],
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
      ]}
    />
  );
}

function useColumns(): readonly EndlessColumn<Operation>[] {
  const { t } = useTranslation(['ledger', 'console']);
  const { integer } = useFormats();
  const isNarrow = useIsNarrow();
  return [
    {
      name: 'sequence',
      label: t('ledger:batch.sequence'),
      track: 'minmax(5rem, 7rem)',
      narrow: 'note',
      cell: (operation) => (
        <>
          {integer(operation.sequence ?? 0)}
          {isNarrow && (
            <>
              {' · '}
              <Parties operation={operation} />
            </>
          )}
        </>
      ),
    },
    {
      name: 'type',
      label: t('ledger:batch.type'),
      track: 'minmax(6.5rem, 8rem)',
      narrow: 'title',
      cell: ({ type }) => t(`console:types.${type}`),
    },
    {
      name: 'parties',
      label: t('ledger:batch.accounts'),
      track: 'minmax(8rem, 2fr)',
      cell: (operation) => <Parties operation={operation} />,
    },
    {
      name: 'status',
      label: t('ledger:batch.status'),
      track: 'minmax(7rem, 1fr)',
      narrow: 'aside',
      cell: ({ status, reason }) =>
        reason === undefined ? t(`console:statuses.${status}`) : t(`console:reasons.${reason}`),
    },
    {
      name: 'amount',
      label: t('ledger:batch.amount'),
      track: 'minmax(7rem, 11rem)',
      isNumber: true,
      narrow: 'figure',
      cell: ({ amount, currency }) =>
        amount !== undefined && currency !== undefined && <Money minor={amount} currency={currency} />,
    },
  ];
}
