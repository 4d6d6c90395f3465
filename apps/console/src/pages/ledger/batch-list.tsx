import type { CommittedBatch, CommittedBatchPage } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../bank/use-pages.ts';
import { type Formats, useFormats } from '../../i18n/use-formats.ts';
import { useSession } from '../../session/session.ts';
import { EndlessList } from '../../ui/endless-list.tsx';
import type { EndlessColumn } from '../../ui/endless-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';

/** More than fit in a window: while nobody scrolls far, one page is all that is read. */
const PAGE_SIZE = 75;
const EVERY_MS = 2_000;
const HEIGHT = '24rem';
const HASH_SHOWN = 12;

const rowsOf = ({ batches }: CommittedBatchPage) => batches;
const keyOf = ({ number }: CommittedBatch) => number;
const hrefOf = ({ number }: CommittedBatch) => `/ledger/batches/${number}`;

/** What was committed, newest first: each batch one link of the chain (I8). */
export function BatchList() {
  const { t } = useTranslation('ledger');
  const { bank } = useSession();
  const columns = useColumns();
  const pages = usePages({
    queryKey: ['batches'],
    read: (cursor) =>
      bank.request<CommittedBatchPage>(`/v1/batches?limit=${PAGE_SIZE}${cursor ? `&cursor=${cursor}` : ''}`),
    rowsOf,
    keyOf,
    followEveryMs: EVERY_MS,
  });
  return (
    <Panel title={t('batches.title')} isFlush>
      <EndlessList
        label={t('batches.title')}
        columns={columns}
        pages={pages}
        keyOf={keyOf}
        hrefOf={hrefOf}
        height={HEIGHT}
        emptyTitle={t('batches.empty')}
        emptyHint={t('batches.emptyHint')}
      />
    </Panel>
  );
}

function useColumns(): readonly EndlessColumn<CommittedBatch>[] {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  return [
    {
      name: 'number',
      label: t('batches.number'),
      track: 'minmax(4.5rem, 6rem)',
      narrow: 'title',
      cell: ({ number }) => integer(number),
    },
    {
      name: 'postedAt',
      label: t('batches.committed'),
      track: 'minmax(10.5rem, 1fr)',
      narrow: 'note',
      cell: ({ postedAt }) => <Moment at={postedAt} isShort />,
    },
    {
      name: 'operations',
      label: t('batches.operations'),
      track: 'minmax(6rem, 8rem)',
      isNumber: true,
      narrow: 'figure',
      cell: ({ operations }) => integer(operations),
    },
    {
      name: 'rejected',
      label: t('batches.rejected'),
      track: 'minmax(5rem, 8rem)',
      isNumber: true,
      cell: ({ rejected }) => integer(rejected),
    },
    {
      name: 'sequences',
      label: t('batches.sequences'),
      track: 'minmax(7rem, 12rem)',
      isNumber: true,
      narrow: 'aside',
      cell: (batch) => sequencesOf(batch, integer),
    },
    {
      name: 'acceptedBy',
      label: t('batches.acceptedBy'),
      track: 'minmax(7rem, 1fr)',
      isExtra: true,
      cell: ({ acceptedBy }) => acceptedBy.join(', '),
    },
    {
      name: 'hash',
      label: t('batches.hash'),
      track: 'minmax(8rem, 1fr)',
      isExtra: true,
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
