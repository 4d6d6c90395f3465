import type { CommittedBatch, Operation } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Tag } from '../../ui/tag.tsx';
import styles from './operation-page.module.css';
import { OperationStatus } from './operation-status.tsx';
import { Parties } from '../../ui/parties.tsx';
import { useNeighbours } from './use-operation.ts';

const HEIGHT = '28rem';

/** The batch that an operation was committed with: its link of the chain (I8), and the neighbours in it. */
export function ChainPanel({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation('operations');
  const { integer } = useFormats();
  const { data, error, again } = useNeighbours(operation);
  const columns = useColumns(operation);
  return (
    <Panel
      title={t('chain.title')}
      isFlush
      aside={
        <Link href={`/ledger/batches/${operation.batch}`}>
          {t('life.batch', { batch: integer(operation.batch!) })}
        </Link>
      }
    >
      {data === undefined && error === null && <Loading height={HEIGHT} lines={6} />}
      {data === undefined && error !== null && <Failure error={error} height={HEIGHT} onRetry={again} />}
      {data && (
        <>
          <Place batch={data.batch} sequence={operation.sequence!} />
          <Table
            label={t('chain.neighbours')}
            columns={columns}
            rows={data.operations}
            keyOf={({ id }) => id}
          />
        </>
      )}
    </Panel>
  );
}

function Place({ batch, sequence }: { readonly batch: CommittedBatch; readonly sequence: number }) {
  const { t } = useTranslation('operations');
  const { integer } = useFormats();
  const at = sequence - batch.firstSequence + 1;
  return (
    <div className={styles['chain']}>
      <Facts
        facts={[
          [t('chain.place'), t('chain.placeOf', { at: integer(at), count: integer(batch.operations) })],
          [t('chain.hash'), <code key="hash">{batch.hash}</code>],
          [t('chain.previousHash'), <code key="previous">{batch.previousHash}</code>],
        ]}
      />
    </div>
  );
}

function useColumns(operation: Operation): readonly Column<Operation>[] {
  const { t } = useTranslation(['operations', 'console']);
  const { integer } = useFormats();
  return [
    {
      name: 'sequence',
      label: t('operations:chain.sequence'),
      cell: ({ id, sequence = 0 }) =>
        id === operation.id ? (
          <strong aria-current="true">{integer(sequence)}</strong>
        ) : (
          <Link href={`/operations/${id}`}>{integer(sequence)}</Link>
        ),
    },
    {
      name: 'type',
      label: t('operations:type'),
      cell: ({ id, type, group }) => (
        <span className={styles['place']}>
          {t(`console:types.${type}`)}
          {id === operation.id && <Tag tone="plain">{t('operations:chain.this')}</Tag>}
          {id !== operation.id && group !== undefined && group === operation.group && (
            <Tag tone="plain">{t('operations:chain.group')}</Tag>
          )}
        </span>
      ),
    },
    {
      name: 'parties',
      label: t('operations:accounts'),
      cell: (one) => <Parties operation={one} />,
    },
    {
      name: 'status',
      label: t('operations:status'),
      cell: ({ status }) => <OperationStatus status={status} isQuiet />,
    },
    {
      name: 'amount',
      label: t('operations:amount'),
      isNumber: true,
      cell: ({ amount, currency }) =>
        amount !== undefined && currency !== undefined && <Money minor={amount} currency={currency} />,
    },
  ];
}
