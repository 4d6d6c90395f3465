import type { Account } from '@lastro/contract';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MoneyField } from '../../money/money-field.tsx';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { changeOf, NAME_LENGTH_MAX, writtenMoney } from './account-draft.ts';

interface ChangeDialogProps {
  readonly account: Account;
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** Another name, another overdraft limit. */
export function ChangeDialog({ account, onPosted, onClose }: ChangeDialogProps) {
  const { t, i18n } = useTranslation('accounts');
  const [name, setName] = useState(account.name ?? '');
  const [overdraftLimit, setLimit] = useState(() =>
    writtenMoney(account.overdraftLimit, account.currency, i18n.language),
  );
  return (
    <SubmissionDialog
      title={t('change.title', { account: account.id })}
      action={t('change.action')}
      request={changeOf(account, { name, overdraftLimit }, i18n.language)}
      currency={account.currency}
      onPosted={onPosted}
      onClose={onClose}
    >
      <NameField text={name} onChange={setName} />
      <MoneyField
        label={t('overdraftLimit')}
        hint={t('change.limitHint')}
        currency={account.currency}
        isOptional
        text={overdraftLimit}
        onChange={setLimit}
      />
    </SubmissionDialog>
  );
}

interface NameFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function NameField(props: NameFieldProps) {
  const { t } = useTranslation('accounts');
  return <TextField {...props} label={t('name')} isProse maxLength={NAME_LENGTH_MAX} />;
}
