import type { Account, Hold, HoldPage } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { usePages } from '../../bank/use-pages.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import styles from './account-page.module.css';

const PAGE_SIZE = 20;
const HEIGHT = '12rem';

const rowsOf = ({ holds }: HoldPage) => holds;
const keyOf = ({ id }: Hold) => id;

/** What is reserved on an account now, newest first. */
export function HoldsPanel({ account }: { readonly account: Account }) {
  const { t } = useTranslation('accounts');
  const { bank } = useSession();
  const { rows, isLoading, error, hasMore, more, refresh } = usePages({
    // Another sum that is held: other holds.
    queryKey: ['open holds', account.id, account.held],
    read: (cursor) =>
      bank.reads.holds(account.id, { status: 'open', limit: PAGE_SIZE, ...(cursor && { cursor }) }),
    rowsOf,
    keyOf,
  });
  return (
    <Panel
      title={t('holds.title')}
      aside={account.held !== 0 && <Money minor={account.held} currency={account.currency} />}
    >
      {isLoading && <Loading height={HEIGHT} lines={3} />}
      {rows.length === 0 && error !== null && <Failure error={error} height={HEIGHT} onRetry={refresh} />}
      {!isLoading && rows.length === 0 && error === null && (
        <Empty title={t('holds.empty')} height={HEIGHT} />
      )}
      <ul className={styles['holds']}>
        {rows.map((hold) => (
          <OneHold key={hold.id} hold={hold} />
        ))}
      </ul>
      {hasMore && <Button onClick={more}>{t('holds.more')}</Button>}
    </Panel>
  );
}

function OneHold({ hold }: { readonly hold: Hold }) {
  const { t } = useTranslation('accounts');
  return (
    <li>
      <span>
        {t('holds.for')} <Link href={`/accounts/${encodeURIComponent(hold.to)}`}>{hold.to}</Link>
      </span>
      <Link href={`/operations/${hold.id}`}>
        <Money minor={hold.amount} currency={hold.currency} />
      </Link>
      <small>
        <Moment at={hold.openedAt} />
      </small>
      <small>{hold.expiresAt === undefined ? t('holds.never') : <Until at={hold.expiresAt} />}</small>
    </li>
  );
}

function Until({ at }: { readonly at: string }) {
  const { t } = useTranslation('accounts');
  return (
    <>
      {t('holds.until')} <Moment at={at} />
    </>
  );
}
