import type { Account, Statement, StatementEntry } from '@lastro/contract';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '../../bank/use-pages.ts';
import { FilterTime } from '../../filters/filter-fields.tsx';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { EndlessList } from '../../ui/endless-list.tsx';
import type { EndlessColumn } from '../../ui/endless-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useIsNarrow } from '../../ui/use-is-narrow.ts';
import styles from './account-page.module.css';

const PAGE_SIZE = 100;
const HEIGHT = '24rem';

const rowsOf = ({ entries }: Statement) => entries;
const keyOf = ({ entry }: StatementEntry) => entry;
const hrefOf = ({ operation }: StatementEntry) => `/operations/${operation}`;

interface TimeRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Every entry of an account, newest first. New ones are told of, and shown when they are asked for. */
export function StatementPanel({ account }: { readonly account: Account }) {
  const { t } = useTranslation('accounts');
  const { bank } = useSession();
  const { integer } = useFormats();
  const [range, setRange] = useState<TimeRange>({});
  const columns = useColumns(account.currency);
  const pages = usePages({
    queryKey: ['statement', account.id, range],
    read: (cursor) =>
      bank.reads.statement(account.id, { ...known(range), ...(cursor && { cursor }), limit: PAGE_SIZE }),
    rowsOf,
    keyOf,
  });
  const newer = pages.first && range.to === undefined ? newerThan(pages.rows[0], account, range) : 0;
  return (
    <Panel
      title={t('statement.title')}
      isFlush
      aside={
        newer > 0 ? (
          <Button onClick={pages.refresh}>
            {t('statement.newer', { count: newer, shown: integer(newer) })}
          </Button>
        ) : (
          pages.first && <Sums statement={pages.first} />
        )
      }
    >
      <div className={styles['filters']}>
        <FilterTime
          label={t('statement.from')}
          value={range.from}
          onChange={(from) => setRange({ ...range, from })}
        />
        <FilterTime
          label={t('statement.to')}
          value={range.to}
          onChange={(to) => setRange({ ...range, to })}
        />
      </div>
      <EndlessList
        label={t('statement.title')}
        columns={columns}
        pages={pages}
        keyOf={keyOf}
        hrefOf={hrefOf}
        height={HEIGHT}
        emptyTitle={t('statement.empty')}
      />
    </Panel>
  );
}

/** How many entries an account has that came after the newest that is shown. */
function newerThan(shown: StatementEntry | undefined, { entryCount }: Account, { from }: TimeRange): number {
  if (shown === undefined) return from === undefined ? entryCount : 0;
  return Math.max(entryCount - shown.entry, 0);
}

/** Without what is not set: a query has no `undefined` in it. */
function known({ from, to }: TimeRange) {
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function Sums({ statement }: { readonly statement: Statement }) {
  const { t } = useTranslation('accounts');
  const { currency, openingBalance, closingBalance } = statement;
  return (
    <>
      <span>
        {t('statement.opening')} <Money minor={openingBalance} currency={currency} />
      </span>
      <span>
        {t('statement.closing')} <Money minor={closingBalance} currency={currency} />
      </span>
    </>
  );
}

function useColumns(currency: string): readonly EndlessColumn<StatementEntry>[] {
  const { t } = useTranslation(['accounts', 'console']);
  const isNarrow = useIsNarrow();
  return useMemo(
    () => [
      {
        name: 'postedAt',
        label: t('accounts:statement.postedAt'),
        track: 'minmax(10.5rem, 12rem)',
        narrow: 'note',
        cell: ({ postedAt, counterparty }) => (
          <>
            {isNarrow && `${counterparty} · `}
            <Moment at={postedAt} isShort />
          </>
        ),
      },
      {
        name: 'type',
        label: t('accounts:statement.type'),
        track: 'minmax(6.5rem, 8rem)',
        narrow: 'title',
        cell: ({ type }) => t(`console:types.${type}`),
      },
      {
        name: 'counterparty',
        label: t('accounts:statement.counterparty'),
        track: 'minmax(4.5rem, 1fr)',
        cell: ({ counterparty }) => counterparty,
      },
      {
        name: 'description',
        label: t('accounts:statement.description'),
        track: 'minmax(4rem, 1.5fr)',
        isExtra: true,
        cell: ({ description }) => description,
      },
      {
        name: 'amount',
        label: t('accounts:statement.amount'),
        track: 'minmax(7rem, 11rem)',
        isNumber: true,
        narrow: 'figure',
        cell: ({ amount }) => <Money minor={amount} currency={currency} />,
      },
      {
        name: 'balance',
        label: t('accounts:balance'),
        track: 'minmax(7rem, 11rem)',
        isNumber: true,
        narrow: 'aside',
        cell: ({ balance }) => <Money minor={balance} currency={currency} />,
      },
    ],
    [t, currency, isNarrow],
  );
}
