import type { Hold, Operation, Reversals } from '@lastro/contract';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormats } from '../../i18n/use-formats.ts';
import { Money } from '../../money/money.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { durationMs, type LifeStep, lifeOf } from './life.ts';
import styles from './operation-page.module.css';

interface LifePanelProps {
  readonly operation: Operation;
  readonly hold: Hold | undefined;
  readonly reversals: Reversals | undefined;
}

/** What happened to an operation, each with its time. */
export function LifePanel({ operation, hold, reversals }: LifePanelProps) {
  const { t } = useTranslation('operations');
  return (
    <Panel title={t('life.title')}>
      <ol className={styles['life']}>
        {lifeOf(operation, hold, reversals).map((step, index) => (
          <li key={index} data-state={stateOf(step)}>
            <div className={styles['step']}>
              <strong>{t(`life.steps.${step.name}`)}</strong>
              <StepTime step={step} />
            </div>
            <small>
              <StepNote step={step} operation={operation} />
            </small>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function stateOf(step: LifeStep): 'good' | 'bad' | 'waiting' | undefined {
  if (step.name === 'posted') return 'good';
  if (step.name === 'rejected') return 'bad';
  return step.name === 'held' || (step.name === 'queued' && step.endAt === undefined) ? 'waiting' : undefined;
}

function StepTime({ step }: { readonly step: LifeStep }) {
  const { duration } = useFormats();
  if (step.name === 'queued')
    return step.endAt === undefined ? (
      <Elapsed since={step.startAt} />
    ) : (
      <output>{duration(durationMs(step.startAt, step.endAt))}</output>
    );
  if (step.name === 'held') return step.expiresAt !== undefined && <Moment at={step.expiresAt} />;
  return <Moment at={step.at} />;
}

const TICK_MS = 250;

/** How long it waits by now. */
function Elapsed({ since }: { readonly since: string }) {
  const { duration } = useFormats();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <output>{duration(Math.max(nowMs - Date.parse(since), 0))}</output>;
}

function StepNote({
  step,
  operation,
}: {
  readonly step: LifeStep;
  readonly operation: Operation;
}): ReactNode {
  const { t } = useTranslation(['operations', 'console']);
  const { integer } = useFormats();
  const { acceptedBy, key, reason, failedOperation } = operation;
  switch (step.name) {
    case 'accepted':
      return key === undefined
        ? t('operations:life.acceptedBy', { service: acceptedBy })
        : t('operations:life.acceptedWithKey', { service: acceptedBy, key });
    case 'queued':
      return t(step.endAt === undefined ? 'operations:life.waits' : 'operations:life.waited');
    case 'batch':
      return (
        <Link href={`/ledger/batches/${step.batch}`}>
          {t('operations:life.batch', { batch: integer(step.batch) })}
        </Link>
      );
    case 'posted':
      return t('operations:life.sequence', { sequence: integer(step.sequence) });
    case 'rejected':
      return (
        <>
          {reason !== undefined && t(`console:reasons.${reason}`)}{' '}
          {failedOperation !== undefined && (
            <Link href={`/operations/${failedOperation}`}>{t('operations:life.failed')}</Link>
          )}
        </>
      );
    case 'held':
      return t(step.expiresAt === undefined ? 'operations:life.neverExpires' : 'operations:life.expires');
    case 'captured':
    case 'voided':
    case 'expired':
      return null;
    case 'reversed':
      return (
        <Link href={`/operations/${step.by.id}`}>
          {step.by.amount !== undefined && step.by.currency !== undefined && (
            <Money minor={step.by.amount} currency={step.by.currency} />
          )}
        </Link>
      );
  }
}
