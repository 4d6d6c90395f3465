import type { Account, OperationRequest } from '@lastro/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { SIDES } from './deeds.ts';

interface FreezeDialogProps {
  readonly deed: 'freeze' | 'unfreeze';
  readonly account: Account;
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** Stops movements of an account, or lets them go on. */
export function FreezeDialog({ deed, account, onPosted, onClose }: FreezeDialogProps) {
  const { t } = useTranslation('accounts');
  const [side, setSide] = useState<(typeof SIDES)[number]>('both');
  const request: OperationRequest = { type: deed, account: account.id, side };
  return (
    <SubmissionDialog
      title={t(`${deed}.title`, { account: account.id })}
      lead={t(`${deed}.lead`)}
      action={t(`${deed}.action`)}
      tone={deed === 'freeze' ? 'danger' : 'primary'}
      request={request}
      currency={account.currency}
      onPosted={onPosted}
      onClose={onClose}
    >
      <ChoiceField
        label={t('freeze.side')}
        chosen={side}
        options={SIDES}
        labelOf={(name) => t(`freeze.sides.${name}`)}
        onChoose={setSide}
      />
    </SubmissionDialog>
  );
}
