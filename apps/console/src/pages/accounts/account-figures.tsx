import type { Account } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import styles from './account-page.module.css';
import { AccountStatus } from './account-status.tsx';

/** What an account has, and what is known of it. */
export function AccountFigures({ account }: { readonly account: Account }) {
  const { t } = useTranslation('accounts');
  const { integer } = useFormats();
  const { currency, balance, available, held, overdraftLimit, metadata = {} } = account;
  const sums = { balance, available, held, overdraftLimit };
  return (
    <section className={styles['figures']} aria-label={t('figures')}>
      <dl className={styles['sums']}>
        {(Object.keys(sums) as (keyof typeof sums)[]).map((name) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>
              <Money minor={sums[name]} currency={currency} />
            </dd>
          </div>
        ))}
      </dl>
      <Facts
        facts={[
          [t('status'), <AccountStatus key="status" status={account.status} />],
          [t('openedAt'), <Moment key="opened" at={account.openedAt} />],
          [t('entries'), integer(account.entryCount)],
          Object.keys(metadata).length === 0
            ? undefined
            : [
                t('metadata'),
                <span key="metadata" className={styles['metadata']}>
                  {Object.entries(metadata).map(([key, value]) => (
                    <span key={key}>
                      <code>{key}</code> {value}
                    </span>
                  ))}
                </span>,
              ],
        ]}
      />
    </section>
  );
}
