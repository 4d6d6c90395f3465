import type { OperationRequest } from '@lastro/contract';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { uuidv7 } from 'uuidv7';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Outcome, OutcomeLight } from './outcome.tsx';
import styles from './submission-dialog.module.css';
import type { Submission } from './submissions.ts';
import { useSubmissions } from './use-submissions.ts';
import { Verdict } from './verdict.tsx';

interface SubmissionDialogProps {
  readonly title: string;
  /** What it does, in a sentence. */
  readonly lead?: ReactNode;
  readonly action: string;
  readonly tone?: 'primary' | 'danger';
  /** What the form says; `undefined` while it says nothing whole. */
  readonly request: OperationRequest | undefined;
  readonly currency: string;
  readonly onPosted?: () => void;
  readonly onClose: () => void;
  /** The fields. */
  readonly children?: ReactNode;
}

/** Whether the same form may be sent as another operation: the one before has not taken effect, and never will. */
const IS_OVER: Readonly<Record<Submission['state'], boolean>> = {
  sending: false,
  accepted: false,
  unanswered: false,
  posted: false,
  rejected: true,
  refused: true,
};

/**
 * One operation: a form, what the bank would do with it, and the result as it arrives. The operation keeps its id over every retry (I2); only what
 * was rejected, or not taken, is sent as a new one.
 */
export function SubmissionDialog(props: SubmissionDialogProps) {
  const { title, lead, action, tone = 'primary', request, currency, onPosted, onClose, children } = props;
  const [list, submissions] = useSubmissions();
  const [id, setId] = useState<string>();
  const sent = list.find((submission) => submission.id === id);
  const isUnderWay = sent !== undefined && !IS_OVER[sent.state];
  useOnce(sent?.state === 'posted', onPosted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (request === undefined || isUnderWay) return;
    const made = uuidv7();
    setId(made);
    void submissions.send(request, currency, made);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit} noValidate>
        {lead !== undefined && <p className={styles['lead']}>{lead}</p>}
        <fieldset disabled={isUnderWay}>{children}</fieldset>
        {sent === undefined ? (
          <Verdict request={request} currency={currency} />
        ) : (
          <Sent submission={sent} onRetry={() => void submissions.retry(sent.id)} />
        )}
        <Actions
          sent={sent}
          action={action}
          tone={tone}
          isReady={request !== undefined && !isUnderWay}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

interface ActionsProps {
  readonly sent: Submission | undefined;
  readonly action: string;
  readonly tone: 'primary' | 'danger';
  readonly isReady: boolean;
  readonly onClose: () => void;
}

function Actions({ sent, action, tone, isReady, onClose }: ActionsProps) {
  const { t } = useTranslation();
  const isDone = sent?.state === 'posted';
  return (
    <div className={styles['actions']}>
      {isDone && <Link href={`/operations/${sent.id}`}>{t('submission.look')}</Link>}
      <Button tone={isDone ? 'primary' : 'plain'} onClick={onClose}>
        {t(isDone ? 'submission.done' : 'actions.cancel')}
      </Button>
      {!isDone && (
        <Button
          type="submit"
          tone={tone}
          disabled={!isReady}
          isBusy={sent?.state === 'sending' || sent?.state === 'accepted'}
        >
          {action}
        </Button>
      )}
    </div>
  );
}

function Sent({ submission, onRetry }: { readonly submission: Submission; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles['outcome']} role="status">
      <OutcomeLight submission={submission} />
      <span>
        <Outcome submission={submission} />
      </span>
      {submission.state === 'unanswered' && <Button onClick={onRetry}>{t('submission.retry')}</Button>}
    </div>
  );
}

function useOnce(isSo: boolean, act: (() => void) | undefined): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (isSo) latest.current?.();
  }, [isSo]);
}
