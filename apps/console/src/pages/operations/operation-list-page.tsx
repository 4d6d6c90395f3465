import type { Operation, OperationPage } from '@lastro/contract';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { usePages } from '../../bank/use-pages.ts';
import { FilterText } from '../../filters/filter-fields.tsx';
import { useUrlFilters } from '../../filters/url-filters.ts';
import { useVisit } from '../../filters/use-visit.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { EndlessList } from '../../ui/endless-list.tsx';
import type { EndlessColumn } from '../../ui/endless-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Lag } from './lag.tsx';
import { OperationFilterBar } from './operation-filter-bar.tsx';
import { readOperationListFilters } from './operation-filters.ts';
import { OperationStatus } from './operation-status.tsx';
import { useIsNarrow } from '../../ui/use-is-narrow.ts';
import { Parties } from '../../ui/parties.tsx';

const PAGE_SIZE = 100;
const HEIGHT = '60dvh';
const OPERATION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const keyOf = ({ id }: Operation) => id;
const hrefOf = ({ id }: Operation) => `/operations/${id}`;

/** What the ledger has, newest first, narrowed by filters that stand in the URL. */
export function OperationListPage() {
  const { t } = useTranslation('operations');
  const { bank } = useSession();
  const [filters, change, clear] = useUrlFilters(readOperationListFilters);
  const { currency, ...asked } = filters;
  const rowsOf = useCallback(
    ({ operations }: OperationPage) =>
      currency === undefined ? operations : operations.filter((one) => one.currency === currency),
    [currency],
  );
  const columns = useColumns();
  const pages = usePages({
    queryKey: ['operations', asked],
    read: (cursor) => bank.reads.findOperations({ ...asked, ...(cursor && { cursor }), limit: PAGE_SIZE }),
    rowsOf,
    keyOf,
  });
  return (
    <Page title={t('title')} actions={<GoToOperation />}>
      <OperationFilterBar key={useVisit()} filters={filters} onChange={change} onClear={clear} />
      <Panel
        title={t('list.title')}
        isFlush
        aside={pages.first && <Lag upToSequence={pages.first.upToSequence} onRefresh={pages.refresh} />}
      >
        <EndlessList
          label={t('title')}
          columns={columns}
          pages={pages}
          keyOf={keyOf}
          hrefOf={hrefOf}
          height={HEIGHT}
          emptyTitle={t('list.empty')}
          emptyHint={t('list.emptyHint')}
        />
      </Panel>
    </Page>
  );
}

/** A whole id and the Enter key lead to the operation. */
function GoToOperation() {
  const { t } = useTranslation('operations');
  const [, goTo] = useLocation();
  return (
    <FilterText
      label={t('goTo')}
      value={undefined}
      placeholder="01890a5d-ac96-774b-…"
      faultOf={(text) => (OPERATION_ID.test(text) ? undefined : t('faults.id'))}
      onChange={() => undefined}
      onEnter={(id) => OPERATION_ID.test(id) && goTo(`/operations/${id.toLowerCase()}`)}
    />
  );
}

function useColumns(): readonly EndlessColumn<Operation>[] {
  const { t } = useTranslation(['operations', 'console']);
  const isNarrow = useIsNarrow();
  return [
    {
      name: 'postedAt',
      label: t('operations:postedAt'),
      track: 'minmax(10.5rem, 12rem)',
      narrow: 'note',
      cell: (operation) => (
        <>
          {isNarrow && (
            <>
              <Parties operation={operation} /> ·{' '}
            </>
          )}
          <Moment at={operation.postedAt ?? operation.acceptedAt} isShort />
        </>
      ),
    },
    {
      name: 'type',
      label: t('operations:type'),
      track: 'minmax(6.5rem, 8rem)',
      narrow: 'title',
      cell: ({ type }) => t(`console:types.${type}`),
    },
    {
      name: 'parties',
      label: t('operations:accounts'),
      track: 'minmax(6rem, 2fr)',
      cell: (operation) => <Parties operation={operation} />,
    },
    {
      name: 'status',
      label: t('operations:status'),
      track: 'minmax(5.5rem, 7rem)',
      narrow: 'aside',
      cell: ({ status }) => <OperationStatus status={status} isQuiet />,
    },
    {
      name: 'reason',
      label: t('operations:note'),
      track: 'minmax(6rem, 1.5fr)',
      isExtra: true,
      cell: ({ reason, description }) =>
        reason === undefined ? description : t(`console:reasons.${reason}`),
    },
    {
      name: 'amount',
      label: t('operations:amount'),
      track: 'minmax(7rem, 11rem)',
      isNumber: true,
      narrow: 'figure',
      cell: ({ amount, currency }) =>
        amount !== undefined && currency !== undefined && <Money minor={amount} currency={currency} />,
    },
  ];
}
