import type { Operation, OperationRequest } from '@lastro/contract';
import { useRead } from '../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { faultOf } from '../bank/fault.ts';
import { Money } from '../money/money.tsx';
import { useSession } from '../session/session.ts';
import { FaultText } from '../ui/fault-text.tsx';
import { Light } from '../ui/light.tsx';
import { useSettled } from '../ui/use-settled.ts';
import styles from './verdict.module.css';

interface VerdictProps {
  /** What the form says; `undefined` while it says nothing whole. */
  readonly request: OperationRequest | undefined;
  readonly currency: string;
}

/** What the bank would do with it now, by its own rules: asked as a dry run while somebody types. */
export function Verdict({ request, currency }: VerdictProps) {
  return (
    <div className={styles['verdict']} aria-live="polite">
      <VerdictText request={useSettled(request)} currency={currency} />
    </div>
  );
}

function VerdictText({ request, currency }: VerdictProps) {
  const { t } = useTranslation();
  const { bank } = useSession();
  const { data, error } = useRead({
    queryKey: ['dry run', request],
    queryFn: async () => (await bank.reads.operations([request!], { dryRun: true }))[0]!,
    enabled: request !== undefined,
  });
  if (request === undefined) return <span>{t('submission.verdict.incomplete')}</span>;
  if (error !== null) {
    const fault = faultOf(error);
    return (
      <>
        <Light state="unknown" />
        <span>
          {fault.kind === 'problem' ? <FaultText fault={fault} /> : t('submission.verdict.unknown')}
        </span>
      </>
    );
  }
  if (data === undefined) return <span>{t('submission.verdict.asking')}</span>;
  if (data.status === 'rejected')
    return (
      <>
        <Light state="bad" />
        <span>{t('submission.verdict.rejected', { reason: t(`reasons.${data.reason!}`) })}</span>
      </>
    );
  return (
    <>
      <Light state="good" />
      <span>
        {t('submission.verdict.posted')} <BalancesAfter operation={data} currency={currency} />
      </span>
    </>
  );
}

/** `alice R$ 10,00 · bob R$ 5,00`: what customers' accounts hold after it. */
export function BalancesAfter({
  operation,
  currency,
}: {
  readonly operation: Operation;
  readonly currency: string;
}) {
  const balances = Object.entries(operation.balances ?? {}).filter(([account]) => !account.startsWith('@'));
  return balances.map(([account, balance], index) => (
    <span key={account} className={styles['after']}>
      {index > 0 && ' · '}
      {account} <Money minor={balance} currency={operation.currency ?? currency} />
    </span>
  ));
}
