import type { Hold, Operation, Reversals } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Money } from '../../money/money.tsx';
import { Panel } from '../../ui/panel.tsx';
import styles from './operation-page.module.css';
import { useEndOf } from './use-operation.ts';

interface RelatedPanelProps {
  readonly operation: Operation;
  readonly hold: Hold | undefined;
  readonly reversals: Reversals | undefined;
}

interface RelatedLink {
  readonly label: string;
  readonly id: string;
  readonly minor?: number | undefined;
}

/** What an operation has to do with others: the hold that it ends or that it is, what it reverses or what reverses it, its group. */
export function RelatedPanel(props: RelatedPanelProps) {
  const { t } = useTranslation('operations');
  const { operation, reversals } = props;
  const { currency = '' } = operation;
  const links = useLinks(props);
  if (links.length === 0) return null;
  return (
    <Panel
      title={t('related.title')}
      aside={
        reversals !== undefined &&
        reversals.reversed > 0 && (
          <span>
            {t('related.left')} <Money minor={reversals.left} currency={currency} />
          </span>
        )
      }
    >
      <ul className={styles['related']}>
        {links.map(({ label, id, minor }) => (
          <li key={id}>
            <span>
              {label} {minor !== undefined && <Money minor={minor} currency={currency} />}
            </span>
            <Link href={`/operations/${id}`}>
              <code>{id}</code>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function useLinks({ operation, hold, reversals }: RelatedPanelProps): readonly RelatedLink[] {
  const { t } = useTranslation(['operations', 'console']);
  const { data: end } = useEndOf(hold);
  const links: (RelatedLink | undefined)[] = [
    linkTo(operation.hold, t('operations:related.hold')),
    linkTo(operation.operation, t('operations:related.reverses')),
    operation.group === operation.id ? undefined : linkTo(operation.group, t('operations:related.group')),
    end ? { label: t(`console:types.${end.type}`), id: end.id, minor: end.amount } : undefined,
    ...(reversals?.reversals ?? []).map(({ id, amount }) => ({
      label: t('operations:related.reversedBy'),
      id,
      minor: amount,
    })),
  ];
  return links.filter((link) => link !== undefined);
}

function linkTo(id: string | undefined, label: string): RelatedLink | undefined {
  return id === undefined ? undefined : { label, id };
}
