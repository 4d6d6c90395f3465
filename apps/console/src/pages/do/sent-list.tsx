import type { OperationRequest } from '@lastro/contract';
import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Money } from '../../money/money.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/states.tsx';
import styles from './do-page.module.css';
import { Outcome, OutcomeLight } from '../../submission/outcome.tsx';
import type { Submission } from '../../submission/submissions.ts';

interface SentListProps {
  readonly submissions: readonly Submission[];
  readonly onRetry: (id: string) => void;
  /** Fills the form in with a hold that can be captured. */
  readonly onCapture: (hold: string) => void;
}

/** What was sent in this session, each as far as it is. */
export function SentList({ submissions, onRetry, onCapture }: SentListProps) {
  const { t } = useTranslation('do');
  if (submissions.length === 0)
    return <Empty title={t('sent.empty')} hint={t('sent.emptyHint')} height="16rem" />;
  return (
    <ul className={styles['sent']} aria-live="polite" aria-relevant="additions text">
      {submissions.map((submission) => (
        <li key={submission.id}>
          <SentOperation submission={submission} onRetry={onRetry} onCapture={onCapture} />
        </li>
      ))}
    </ul>
  );
}

function SentOperation({
  submission,
  onRetry,
  onCapture,
}: Omit<SentListProps, 'submissions'> & { readonly submission: Submission }) {
  const { t } = useTranslation(['do', 'console']);
  const { id, request, state, operation, currency } = submission;
  const amount = operation?.amount ?? ('amount' in request ? request.amount : undefined);
  return (
    <>
      <OutcomeLight submission={submission} />
      <div className={styles['what']}>
        <strong>
          {t(`console:types.${request.type}`)}{' '}
          {amount !== undefined && <Money minor={amount} currency={operation?.currency ?? currency} />}
        </strong>
        <span className={styles['parties']}>{partiesOf(request)}</span>
        <span className={styles['outcome']}>
          <Outcome submission={submission} />
        </span>
      </div>
      <div className={styles['offer']}>
        {state === 'unanswered' && (
          <Button icon={<RotateCw />} onClick={() => onRetry(id)}>
            {t('console:submission.retry')}
          </Button>
        )}
        {state === 'posted' && request.type === 'hold' && (
          <Button onClick={() => onCapture(id)}>{t('do:sent.capture')}</Button>
        )}
        {operation !== undefined && <Link href={`/operations/${id}`}>{t('do:sent.look')}</Link>}
      </div>
    </>
  );
}

function partiesOf(request: OperationRequest): string {
  if ('from' in request) return `${request.from} → ${request.to}`;
  if ('account' in request) return request.account;
  return 'hold' in request ? request.hold : '';
}
