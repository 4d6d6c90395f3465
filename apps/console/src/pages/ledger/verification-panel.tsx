import type { Verification, VerificationRequest } from '@lastro/contract';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSystem } from '../../bank/use-system.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { useMay, useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Light } from '../../ui/light.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import styles from './ledger-page.module.css';

/** The chain of all operations, computed again from the first one: started here, and watched. */
export function VerificationPanel() {
  const { t } = useTranslation('ledger');
  const { data: system, error } = useSystem();
  return (
    <Panel title={t('verification.title')}>
      <div className={styles['verification']}>
        {system === undefined && error === null && <Loading height="9rem" lines={3} />}
        {system === undefined && error !== null && <Failure error={error} height="9rem" />}
        {system?.verification === null && <Unknown />}
        {system?.verification && <Known verification={system.verification} />}
        {system !== undefined && <Actions running={runningOf(system.verification)} />}
      </div>
    </Panel>
  );
}

function runningOf(verification: Verification | null): Verification | undefined {
  return verification?.state === 'running' ? verification : undefined;
}

function Unknown() {
  const { t } = useTranslation('ledger');
  return (
    <p className={styles['result']}>
      <Light state="unknown" /> {t('verification.none')}
    </p>
  );
}

function Known({ verification }: { readonly verification: Verification }) {
  const { t } = useTranslation('ledger');
  const { integer, instant } = useFormats();
  const { state, operationsChecked, operationsTotal, startedBy, startedAt } = verification;
  const figures = { checked: integer(operationsChecked), total: integer(operationsTotal) };
  return (
    <>
      {state === 'running' && (
        <>
          <p aria-live="polite">
            {operationsTotal === 0 ? t('verification.starting') : t('verification.running', figures)}
          </p>
          <Progress label={t('verification.title')} done={operationsChecked} total={operationsTotal} />
        </>
      )}
      {state === 'done' && <Result verification={verification} />}
      {state === 'cancelled' && (
        <p className={styles['result']}>
          <Light state="unknown" /> {t('verification.cancelled', figures)}
        </p>
      )}
      {state === 'failed' && (
        <p className={styles['result']} role="alert">
          <Light state="warn" /> {t('verification.failed')} {verification.detail}
        </p>
      )}
      <p className={styles['soft']}>{t('verification.started', { by: startedBy, at: instant(startedAt) })}</p>
    </>
  );
}

function Result({ verification }: { readonly verification: Verification }) {
  const { t } = useTranslation('ledger');
  const { integer } = useFormats();
  const { whole, operationsChecked, findings, findingCount, head } = verification;
  const count = findingCount;
  return (
    <>
      <p className={styles['result']} role={whole === true ? 'status' : 'alert'}>
        <Light state={whole === true ? 'good' : 'bad'} />
        {whole === true
          ? t('verification.whole', { checked: integer(operationsChecked), batch: integer(head?.batch ?? 0) })
          : t('verification.broken', { count })}
      </p>
      {findings.length > 0 && (
        <ul className={styles['findings']}>
          {findings.map(({ where, problem }, index) => (
            <li key={index}>
              <strong>{where}</strong>: {problem}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** For who may start one. */
function Actions({ running }: { readonly running: Verification | undefined }) {
  const { t } = useTranslation('ledger');
  const { bank, queries } = useSession();
  const mayStart = useMay('admin');
  const refresh = () => queries.invalidateQueries({ queryKey: ['system'] });
  const start = useMutation({
    mutationFn: (scope: NonNullable<VerificationRequest['scope']>) =>
      bank.request('/v1/verifications', { method: 'POST', body: JSON.stringify({ scope }) }),
    onSettled: refresh,
  });
  const cancel = useMutation({
    mutationFn: (id: string) => bank.request(`/v1/verifications/${id}`, { method: 'DELETE' }),
    onSettled: refresh,
  });
  if (!mayStart) return <p className={styles['soft']}>{t('verification.adminOnly')}</p>;
  const failure = start.error ?? cancel.error;
  return (
    <>
      <div className={styles['actions']}>
        {running === undefined ? (
          <>
            <Button tone="primary" isBusy={start.isPending} onClick={() => start.mutate('whole')}>
              {t('verification.start')}
            </Button>
            <Button isBusy={start.isPending} onClick={() => start.mutate('sinceLast')}>
              {t('verification.startSinceLast')}
            </Button>
          </>
        ) : (
          <Button isBusy={cancel.isPending} onClick={() => cancel.mutate(running.id)}>
            {t('verification.cancel')}
          </Button>
        )}
      </div>
      {failure !== null && <Failure error={failure} />}
    </>
  );
}
