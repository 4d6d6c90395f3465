import type { Operation } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { Column, Columns } from '../../ui/columns.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { ChainPanel } from './chain-panel.tsx';
import { EntriesPanel } from './entries-panel.tsx';
import { REVERSIBLE } from './life.ts';
import { LifePanel } from './life-panel.tsx';
import { OperationActions } from './operation-actions.tsx';
import styles from './operation-page.module.css';
import { OperationStatus } from './operation-status.tsx';
import { Parties } from '../../ui/parties.tsx';
import { RelatedPanel } from './related-panel.tsx';
import { useHoldOf, useOperation, useReversals } from './use-operation.ts';

/** What something can be done about; by whom and how far is known a moment later. */
const HAS_ACTIONS: ReadonlySet<Operation['type']> = new Set([...REVERSIBLE, 'hold']);

/** One operation, from the moment that it was taken. */
export function OperationPage({ id }: { readonly id: string }) {
  const { t } = useTranslation(['operations', 'console']);
  const { data, error, again } = useOperation(id);
  const type = data && t(`console:types.${data.type}`);
  return (
    <Page
      title={type ?? t('operations:one')}
      lead={
        <span className={styles['lead']}>
          <Link href="/operations">{t('operations:title')}</Link>
          <code>{id}</code>
        </span>
      }
      actions={data && HAS_ACTIONS.has(data.type) && <Actions operation={data} />}
    >
      {data === undefined && error === null && <Loading height="70dvh" lines={6} />}
      {data === undefined && error !== null && <Failure error={error} height="50dvh" onRetry={again} />}
      {data && <Parts operation={data} />}
    </Page>
  );
}

function Actions({ operation }: { readonly operation: Operation }) {
  const hold = useHoldOf(operation);
  const reversals = useReversals(operation);
  return <OperationActions operation={operation} hold={hold.data} left={reversals.data?.left ?? 0} />;
}

function Parts({ operation }: { readonly operation: Operation }) {
  const hold = useHoldOf(operation);
  const reversals = useReversals(operation);
  return (
    <>
      <Summary operation={operation} />
      <Columns widths="secondWider">
        <LifePanel operation={operation} hold={hold.data} reversals={reversals.data} />
        <Column>
          <EntriesPanel operation={operation} />
          <DetailsPanel operation={operation} />
          <RelatedPanel operation={operation} hold={hold.data} reversals={reversals.data} />
        </Column>
      </Columns>
      {operation.batch !== undefined && <ChainPanel operation={operation} />}
    </>
  );
}

/** What it is, in one line. */
function Summary({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const { amount, currency, status, reason } = operation;
  return (
    <div className={styles['summary']}>
      {amount !== undefined && currency !== undefined && (
        <strong>
          <Money minor={amount} currency={currency} />
        </strong>
      )}
      <span className={styles['parties']}>
        <Parties operation={operation} />
      </span>
      <span>
        <OperationStatus status={status} /> {reason !== undefined && t(`reasons.${reason}`)}
      </span>
    </div>
  );
}

function DetailsPanel({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation('operations');
  const { integer } = useFormats();
  const { description, effectiveAt, overdraftLimit, name, side, rate, currency, metadata = {} } = operation;
  const facts = [
    description !== undefined && [t('details.description'), description],
    effectiveAt !== undefined && [t('details.effectiveAt'), <Moment key="effective" at={effectiveAt} />],
    rate !== undefined && [t('details.rate'), rate],
    name !== undefined && [t('details.name'), name],
    overdraftLimit !== undefined && [
      t('details.overdraftLimit'),
      currency === undefined ? (
        integer(overdraftLimit)
      ) : (
        <Money key="limit" minor={overdraftLimit} currency={currency} />
      ),
    ],
    side !== undefined && [t('details.side'), t(`details.sides.${side}`)],
    ...Object.entries(metadata).map(([key, value]) => [key, value]),
  ].filter((fact) => fact !== false) as [string, string][];
  if (facts.length === 0) return null;
  return (
    <Panel title={t('details.title')}>
      <Facts facts={facts} />
    </Panel>
  );
}
