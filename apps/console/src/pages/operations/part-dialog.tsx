import type { OperationRequest } from '@lastro/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoney } from '../../money/format-money.ts';
import { MoneyField } from '../../money/money-field.tsx';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { partOf } from './part.ts';

interface PartDialogProps {
  readonly deed: 'reverse' | 'capture';
  /** Of what is reversed, or of the hold. */
  readonly id: string;
  /** Minor units: what there is at most. */
  readonly whole: number;
  readonly currency: string;
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** Moves back, or captures, all that there is or a part of it. */
export function PartDialog({ deed, id, whole: wholeNow, currency, onPosted, onClose }: PartDialogProps) {
  const { t, i18n } = useTranslation('operations');
  // As it was when the dialog came up: once this has posted there is less, and what was sent stays as it is.
  const [whole] = useState(wholeNow);
  const [text, setText] = useState('');
  const part = partOf(text, whole, currency, i18n.language);
  const money = formatMoney(whole, currency, i18n.language);
  return (
    <SubmissionDialog
      title={t(`${deed}.title`)}
      lead={t(`${deed}.lead`, { money })}
      action={t(`${deed}.action`)}
      request={'fault' in part ? undefined : requestOf(deed, id, part.amount)}
      currency={currency}
      onPosted={onPosted}
      onClose={onClose}
    >
      <MoneyField
        label={t('amount')}
        hint={t('reverse.hint')}
        currency={currency}
        isOptional
        text={text}
        fault={'fault' in part && part.fault === 'too_much' ? t(`${deed}.tooMuch`, { money }) : undefined}
        onChange={setText}
      />
    </SubmissionDialog>
  );
}

function requestOf(deed: PartDialogProps['deed'], id: string, amount: number | undefined): OperationRequest {
  const part = amount === undefined ? {} : { amount };
  return deed === 'reverse'
    ? { type: 'reversal', operation: id, ...part }
    : { type: 'capture', hold: id, ...part };
}
