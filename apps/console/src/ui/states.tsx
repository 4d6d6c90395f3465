import { CircleSlash, Inbox, PlugZap, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Fault, faultOf } from '../bank/fault.ts';
import { Button } from './button.tsx';
import { FaultDetail, useFaultText } from './fault-text.tsx';
import styles from './states.module.css';

interface LoadingProps {
  /** What will be there takes this much room, so that nothing moves when it comes. */
  readonly height: string;
  /** How many bars stand for it. */
  readonly lines?: number;
}

/** Stands where something will be. */
export function Loading({ height, lines = 1 }: LoadingProps) {
  const { t } = useTranslation();
  return (
    <div className={styles['loading']} role="status" style={{ height }}>
      <span className="unseen">{t('states.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles['bar']} aria-hidden="true" />
      ))}
    </div>
  );
}

interface NoticeProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly hint?: ReactNode;
  readonly action?: ReactNode;
  /** As high as what would be there, so that nothing moves. */
  readonly height?: string | undefined;
  readonly tone?: 'plain' | 'warn' | 'bad';
}

/** There is nothing to show, and that is as it should be: says so, and what to do. */
export function Empty(props: Omit<NoticeProps, 'tone'>) {
  return <Notice icon={<Inbox />} {...props} />;
}

interface FailureProps {
  readonly error: unknown;
  readonly height?: string | undefined;
  /** Absent: it is asked again by itself. */
  readonly onRetry?: (() => void) | undefined;
}

/** Something could not be read: says why, and its code. */
export function Failure({ error, height, onRetry }: FailureProps) {
  const { t } = useTranslation();
  const fault = faultOf(error);
  return (
    <Notice
      tone={fault.kind === 'ledger_unreachable' ? 'warn' : 'bad'}
      icon={ICONS[fault.kind]}
      title={useFaultText()(fault)}
      hint={<FailureHint fault={fault} />}
      height={height}
      action={onRetry && <Button onClick={onRetry}>{t('states.retry')}</Button>}
    />
  );
}

const ICONS: Readonly<Record<Fault['kind'], ReactNode>> = {
  unreachable: <PlugZap />,
  ledger_unreachable: <PlugZap />,
  refused_key: <CircleSlash />,
  problem: <TriangleAlert />,
  internal: <TriangleAlert />,
};

function FailureHint({ fault }: { readonly fault: Fault }) {
  const { t } = useTranslation();
  if (fault.kind === 'unreachable') return t('states.unreachableHint');
  if (fault.kind === 'ledger_unreachable') return t('states.ledgerUnreachableHint');
  return (
    <>
      <FaultDetail fault={fault} /> {fault.kind === 'problem' && <code>{fault.code}</code>}
    </>
  );
}

function Notice({ icon, title, hint, action, height, tone = 'plain' }: NoticeProps) {
  return (
    <div
      className={styles['notice']}
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : 'status'}
      style={height === undefined ? {} : { minHeight: height }}
    >
      <span className={styles['icon']} aria-hidden="true">
        {icon}
      </span>
      <strong>{title}</strong>
      {hint !== undefined && <span className={styles['hint']}>{hint}</span>}
      {action}
    </div>
  );
}
