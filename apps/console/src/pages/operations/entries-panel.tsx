import type { Operation } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Money } from '../../money/money.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { movementOf } from './life.ts';

interface Entry {
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly minor: number;
  readonly currency: string;
  readonly balanceAfter: number | undefined;
}

const HEIGHT = '7rem';

/** Both entries of an operation: out of one account, into the other, with what each had then. */
export function EntriesPanel({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation('operations');
  const columns = useColumns();
  const entries = entriesOf(operation);
  return (
    <Panel title={t('entries.title')} isFlush>
      {entries.length === 0 ? (
        <Empty title={t(`entries.none.${operation.status}`)} height={HEIGHT} />
      ) : (
        <Table label={t('entries.title')} columns={columns} rows={entries} keyOf={({ side }) => side} />
      )}
    </Panel>
  );
}

function entriesOf(operation: Operation): readonly Entry[] {
  const movement = movementOf(operation);
  if (movement === undefined) return [];
  const { debit, credit, amount, currency } = movement;
  const { balances = {} } = operation;
  return [
    { account: debit, side: 'debit', minor: -amount, currency, balanceAfter: balances[debit] },
    { account: credit, side: 'credit', minor: amount, currency, balanceAfter: balances[credit] },
  ];
}

function useColumns(): readonly Column<Entry>[] {
  const { t } = useTranslation('operations');
  return [
    { name: 'side', label: t('entries.side'), cell: ({ side }) => t(`entries.${side}`) },
    {
      name: 'account',
      label: t('entries.account'),
      cell: ({ account }) => <Link href={`/accounts/${encodeURIComponent(account)}`}>{account}</Link>,
    },
    {
      name: 'amount',
      label: t('amount'),
      isNumber: true,
      cell: ({ minor, currency }) => <Money minor={minor} currency={currency} />,
    },
    {
      name: 'balance',
      label: t('entries.balance'),
      isNumber: true,
      cell: ({ balanceAfter, currency }) =>
        balanceAfter !== undefined && <Money minor={balanceAfter} currency={currency} />,
    },
  ];
}
