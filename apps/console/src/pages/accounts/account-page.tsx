import type { Account } from '@lastro/contract';
import { useRead } from '../../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useSession } from '../../session/session.ts';
import { Columns } from '../../ui/columns.tsx';
import { Page } from '../../ui/page.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { AccountActions } from './account-actions.tsx';
import { AccountFigures } from './account-figures.tsx';
import styles from './account-page.module.css';
import { BalancePanel } from './balance-panel.tsx';
import { HoldsPanel } from './holds-panel.tsx';
import { StatementPanel } from './statement-panel.tsx';

const EVERY_MS = 2_000;

/** One account, followed while it is looked at. */
export function AccountPage({ id }: { readonly id: string }) {
  const { t } = useTranslation('accounts');
  const { bank } = useSession();
  const { data, error, again } = useRead({
    queryKey: ['account state', id],
    queryFn: () => bank.reads.account(id),
    refetchInterval: EVERY_MS,
  });
  return (
    <Page
      title={id}
      lead={
        <span className={styles['lead']}>
          <Link href="/accounts">{t('title')}</Link>
          {data?.name !== undefined && <span>{data.name}</span>}
        </span>
      }
      actions={data && <AccountActions account={data} />}
    >
      {data === undefined && error === null && <Loading height="70dvh" lines={6} />}
      {data === undefined && error !== null && <Failure error={error} height="50dvh" onRetry={again} />}
      {data && <AccountParts account={data} />}
    </Page>
  );
}

function AccountParts({ account }: { readonly account: Account }) {
  return (
    <>
      <AccountFigures account={account} />
      <Columns widths="firstWider" isLevel>
        <BalancePanel account={account} />
        <HoldsPanel account={account} />
      </Columns>
      <StatementPanel account={account} />
    </>
  );
}
