import type { Account } from '@lastro/contract';
import { useRead } from '../../bank/use-read.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { useSession } from '../../session/session.ts';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import styles from './account-page.module.css';
import { BalanceChart } from './balance-chart.tsx';
import { type BalanceHistory, beginOf, type Period, readBalanceHistory } from './balance-history.ts';

const HEIGHT_PX = 220;
const HEIGHT = `${HEIGHT_PX}px`;
const CHOICES: readonly Period[] = ['day', 'week', 'month', 'all'];

/** The balance over time, drawn anew when the account has moved. */
export function BalancePanel({ account }: { readonly account: Account }) {
  const { t } = useTranslation('accounts');
  const { bank } = useSession();
  const [period, setPeriod] = useState<Period>('week');
  const { data, error, again } = useRead({
    queryKey: ['balance history', account.id, period, account.entryCount],
    queryFn: () => {
      const nowMs = Date.now();
      return readBalanceHistory(bank.reads, account.id, beginOf(period, account, nowMs), nowMs);
    },
    // The one before stays while the next is read; that of another period too, so that nothing flickers.
    placeholderData: (before: BalanceHistory | undefined) => before,
    staleTime: 10_000,
  });
  return (
    <Panel
      title={t('history.title')}
      aside={
        <label>
          <span className="unseen">{t('history.period')}</span>
          <select
            className={styles['period']}
            value={period}
            onChange={({ target }) => setPeriod(target.value as Period)}
          >
            {CHOICES.map((name) => (
              <option key={name} value={name}>
                {t(`history.periods.${name}`)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {data === undefined && error === null && <Loading height={HEIGHT} />}
      {data === undefined && error !== null && <Failure error={error} height={HEIGHT} onRetry={again} />}
      {data && (
        <BalanceChart
          label={t('history.title')}
          history={data}
          currency={account.currency}
          height={HEIGHT_PX}
        />
      )}
      <p className={styles['note']}>{data && <Source history={data} />}</p>
    </Panel>
  );
}

/** How the line is known. */
function Source({ history: { from } }: { readonly history: BalanceHistory }) {
  const { t } = useTranslation('accounts');
  const { integer } = useFormats();
  if ('samples' in from) return t('history.samples', { samples: integer(from.samples) });
  return t('history.entries', { count: from.entries, entries: integer(from.entries) });
}
