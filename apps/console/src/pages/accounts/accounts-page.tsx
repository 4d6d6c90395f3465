import { Route, Switch } from 'wouter';
import { AccountListPage } from './account-list-page.tsx';
import { AccountPage } from './account-page.tsx';

/** All accounts, or one. */
export default function AccountsPage() {
  return (
    <Switch>
      <Route path="/accounts/:id">{({ id }) => <AccountPage key={id} id={id} />}</Route>
      <Route>
        <AccountListPage />
      </Route>
    </Switch>
  );
}
