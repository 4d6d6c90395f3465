import { useTranslation } from 'react-i18next';
import { faultOf } from '../bank/fault.ts';
import { FaultText } from '../ui/fault-text.tsx';
import { Light, type LightState } from '../ui/light.tsx';
import type { Submission } from './submissions.ts';
import { BalancesAfter } from './verdict.tsx';

const LIGHTS: Readonly<Record<Submission['state'], LightState>> = {
  sending: 'unknown',
  accepted: 'warn',
  posted: 'good',
  rejected: 'bad',
  unanswered: 'unknown',
  refused: 'bad',
};

/** How far a submission is, as a light; the words stand beside it. */
export function OutcomeLight({ submission: { state } }: { readonly submission: Submission }) {
  return <Light state={LIGHTS[state]} label="" />;
}

/** How far a submission is, in words: what the accounts have after it, or why it was not posted. */
export function Outcome({ submission }: { readonly submission: Submission }) {
  const { t } = useTranslation();
  const { state, operation, currency, error } = submission;
  if (state === 'posted')
    return (
      <>
        {t('submission.states.posted')} <BalancesAfter operation={operation!} currency={currency} />
      </>
    );
  if (state === 'rejected') return t('submission.rejected', { reason: t(`reasons.${operation!.reason!}`) });
  const fault = state === 'refused' ? faultOf(error) : undefined;
  if (fault !== undefined && 'sentence' in fault) return <FaultText fault={fault} />;
  return t(`submission.states.${state}`);
}
