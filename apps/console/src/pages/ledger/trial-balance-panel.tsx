import type { TrialBalance } from '@lastro/contract';
import { useRead } from '../../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { Light } from '../../ui/light.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import styles from './ledger-page.module.css';

/** The sums go over every account: not more often than anybody can read them. */
const EVERY_MS = 5_000;
const HEIGHT = '9rem';

type Row = TrialBalance['currencies'][number];

/** Debits and credits of each currency over all accounts, as they are now. */
export function TrialBalancePanel() {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  const { bank } = useSession();
  const columns = useColumns();
  const { data, error, again } = useRead({
    queryKey: ['trial balance'],
    queryFn: () => bank.reads.trialBalance(),
    refetchInterval: EVERY_MS,
  });
  return (
    <Panel
      title={t('trial.title')}
      isFlush
      aside={data && t('trial.upTo', { sequence: integer(data.sequence) })}
    >
      <div className={styles['trial']}>
        {data === undefined && error === null && <Loading height={HEIGHT} lines={3} />}
        {data === undefined && error !== null && <Failure error={error} height={HEIGHT} onRetry={again} />}
        {data?.currencies.length === 0 && <Empty title={t('trial.empty')} height={HEIGHT} />}
        {data !== undefined && data.currencies.length > 0 && (
          <Table
            label={t('trial.title')}
            columns={columns}
            rows={data.currencies}
            keyOf={({ currency }) => currency}
          />
        )}
      </div>
    </Panel>
  );
}

function useColumns(): readonly Column<Row>[] {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  return [
    { name: 'currency', label: t('trial.currency'), cell: ({ currency }) => currency },
    {
      name: 'accounts',
      label: t('trial.accounts'),
      isNumber: true,
      cell: ({ accounts }) => integer(accounts),
    },
    {
      name: 'debit',
      label: t('trial.debit'),
      isNumber: true,
      cell: ({ debit, currency }) => <Money minor={debit} currency={currency} withoutCurrency />,
    },
    {
      name: 'credit',
      label: t('trial.credit'),
      isNumber: true,
      cell: ({ credit, currency }) => <Money minor={credit} currency={currency} withoutCurrency />,
    },
    {
      name: 'balanced',
      label: t('trial.balanced'),
      cell: ({ balanced }) => (
        <span className={styles['balanced']}>
          <Light state={balanced ? 'good' : 'bad'} label="" />
          {t(balanced ? 'trial.equal' : 'trial.unequal')}
        </span>
      ),
    },
  ];
}
