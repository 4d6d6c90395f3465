import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { Page } from '../../ui/page.tsx';
import { BatchList } from './batch-list.tsx';
import { BatchPage } from './batch-page.tsx';
import styles from './ledger-page.module.css';
import { TrialBalancePanel } from './trial-balance-panel.tsx';
import { VerificationPanel } from './verification-panel.tsx';

/** The books: do they add up, is the chain whole, and what was committed last. */
export default function LedgerPage() {
  const { t } = useTranslation('ledger');
  return (
    <Switch>
      <Route path="/ledger/batches/:number">
        {({ number }) => <BatchPage key={number} number={Number(number)} />}
      </Route>
      <Route>
        <Page title={t('title')} lead={t('lead')}>
          <div className={styles['columns']}>
            <TrialBalancePanel />
            <VerificationPanel />
          </div>
          <BatchList />
        </Page>
      </Route>
    </Switch>
  );
}
