import type { Account, AccountPage } from '@lastro/contract';
import { Plus, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../bank/use-pages.ts';
import { useUrlFilters } from '../../filters/url-filters.ts';
import { useVisit } from '../../filters/use-visit.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { useMay, useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { EndlessList } from '../../ui/endless-list.tsx';
import type { EndlessColumn } from '../../ui/endless-table.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { AccountFilterBar } from './account-filter-bar.tsx';
import { readAccountFilters } from './account-filters.ts';
import { AccountStatus } from './account-status.tsx';
import { OpenDialog } from './open-dialog.tsx';

const PAGE_SIZE = 200;
const HEIGHT = '60dvh';

const rowsOf = ({ accounts }: AccountPage) => accounts;
const keyOf = ({ id }: Account) => id;
const hrefOf = ({ id }: Account) => `/accounts/${encodeURIComponent(id)}`;

/** Every account of the bank, in the order of their ids, as far as somebody scrolls. */
export function AccountListPage() {
  const { t } = useTranslation('accounts');
  const { bank } = useSession();
  const mayOpen = useMay('operate');
  const { integer } = useFormats();
  const [isOpening, setOpening] = useState(false);
  const [filters, change, clear] = useUrlFilters(readAccountFilters);
  const columns = useColumns();
  const pages = usePages({
    queryKey: ['accounts', filters],
    read: (cursor) => bank.reads.accounts({ ...filters, ...(cursor && { cursor }), limit: PAGE_SIZE }),
    rowsOf,
    keyOf,
  });
  const { rows } = pages;
  const count = t(pages.hasMore ? 'list.soFar' : 'list.all', {
    count: rows.length,
    shown: integer(rows.length),
  });
  return (
    <Page
      title={t('title')}
      actions={
        mayOpen && (
          <Button tone="primary" icon={<Plus />} onClick={() => setOpening(true)}>
            {t('open.title')}
          </Button>
        )
      }
    >
      <AccountFilterBar key={useVisit()} filters={filters} onChange={change} onClear={clear} />
      <Panel
        title={t('list.title')}
        isFlush
        aside={
          <>
            {rows.length > 0 && <span>{count}</span>}
            <Button tone="quiet" icon={<RotateCw />} aria-label={t('list.again')} onClick={pages.refresh} />
          </>
        }
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
      {isOpening && <OpenDialog onPosted={pages.refresh} onClose={() => setOpening(false)} />}
    </Page>
  );
}

function useColumns(): readonly EndlessColumn<Account>[] {
  const { t } = useTranslation('accounts');
  const money = (minor: number, { currency }: Account) => <Money minor={minor} currency={currency} />;
  const track = 'minmax(8rem, 1fr)';
  return [
    {
      name: 'id',
      label: t('id'),
      track: 'minmax(9rem, 2fr)',
      narrow: 'title',
      cell: ({ id }) => <span title={id}>{id}</span>,
    },
    {
      name: 'name',
      isExtra: true,
      label: t('name'),
      track: 'minmax(6rem, 2fr)',
      narrow: 'note',
      cell: ({ name }) => name,
    },
    {
      name: 'status',
      label: t('status'),
      track: '8.5rem',
      narrow: 'aside',
      cell: ({ status }) => <AccountStatus status={status} isQuiet />,
    },
    {
      name: 'balance',
      label: t('balance'),
      track,
      isNumber: true,
      narrow: 'figure',
      cell: (account) => money(account.balance, account),
    },
    {
      name: 'held',
      isExtra: true,
      label: t('held'),
      track,
      isNumber: true,
      cell: (account) => money(account.held, account),
    },
    {
      name: 'available',
      label: t('available'),
      track,
      isNumber: true,
      cell: (account) => money(account.available, account),
    },
  ];
}
