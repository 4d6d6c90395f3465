import type { System } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import type { Texts } from '../../i18n/texts.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Empty } from '../../ui/states.tsx';
import styles from './rejection-reasons.module.css';

type ReasonName = keyof Texts['console']['reasons'];

const SHOWN_MAX = 7;
const HEIGHT = '12rem';

/** How often each reason was the one, since the services were started. */
export function RejectionReasons({ system }: { readonly system: System }) {
  const { t, i18n } = useTranslation(['overview', 'console']);
  const { integer } = useFormats();
  const reasons = [...totalsOf(system)].sort(([, a], [, b]) => b - a).slice(0, SHOWN_MAX);
  const largest = reasons[0]?.[1] ?? 0;
  if (reasons.length === 0) return <Empty title={t('overview:reasons.none')} height={HEIGHT} />;
  return (
    <dl className={styles['reasons']}>
      {reasons.map(([reason, count]) => (
        <div key={reason}>
          <dt>
            {i18n.exists(`reasons.${reason}`) ? (
              t(`console:reasons.${reason as ReasonName}`)
            ) : (
              <code>{reason}</code>
            )}
          </dt>
          <dd>
            {integer(count)}
            <meter aria-hidden="true" value={count} max={largest} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function totalsOf({ businessServices }: System): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { counters } of businessServices)
    for (const [reason, count] of Object.entries(counters?.rejectedByReason ?? {}))
      totals.set(reason, (totals.get(reason) ?? 0) + count);
  return totals;
}
