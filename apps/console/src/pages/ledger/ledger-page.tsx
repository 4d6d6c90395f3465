import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { Columns } from '../../ui/columns.tsx';
import { Page } from '../../ui/page.tsx';
import { BatchList } from './batch-list.tsx';
import { BatchPage } from './batch-page.tsx';
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
          <Columns widths="firstWider" isLevel>
            <TrialBalancePanel />
            <VerificationPanel />
          </Columns>
          <BatchList />
        </Page>
      </Route>
    </Switch>
  );
}
