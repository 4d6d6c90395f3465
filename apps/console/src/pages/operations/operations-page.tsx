import { Route, Switch } from 'wouter';
import { OperationListPage } from './operation-list-page.tsx';
import { OperationPage } from './operation-page.tsx';

/** All operations, or one. */
export default function OperationsPage() {
  return (
    <Switch>
      <Route path="/operations/:id">{({ id }) => <OperationPage key={id} id={id} />}</Route>
      <Route>
        <OperationListPage />
      </Route>
    </Switch>
  );
}
