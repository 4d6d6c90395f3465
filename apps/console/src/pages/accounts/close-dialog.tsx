import type { Account } from '@lastro/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';

interface CloseDialogProps {
  readonly account: Account;
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** Closes an account for good: whoever does so writes its id. */
export function CloseDialog({ account, onPosted, onClose }: CloseDialogProps) {
  const { t } = useTranslation('accounts');
  const [written, setWritten] = useState('');
  const isSure = written.trim() === account.id;
  return (
    <SubmissionDialog
      title={t('close.title', { account: account.id })}
      lead={t('close.lead')}
      action={t('close.action')}
      tone="danger"
      request={isSure ? { type: 'close', account: account.id } : undefined}
      currency={account.currency}
      onPosted={onPosted}
      onClose={onClose}
    >
      <TextField label={t('close.write', { account: account.id })} text={written} onChange={setWritten} />
    </SubmissionDialog>
  );
}
