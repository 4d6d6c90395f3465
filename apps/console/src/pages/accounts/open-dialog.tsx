import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import { CURRENCY } from '../../money/currency-digits.ts';
import { MoneyField } from '../../money/money-field.tsx';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type AccountDraft, openingOf } from './account-draft.ts';
import { NameField } from './change-dialog.tsx';

const EMPTY: AccountDraft = { id: '', currency: 'BRL', name: '', overdraftLimit: '' };

interface OpenDialogProps {
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** A new account. Whether the id is free is said by the verdict, while it is written. */
export function OpenDialog({ onPosted, onClose }: OpenDialogProps) {
  const { t, i18n } = useTranslation(['accounts', 'console']);
  const [draft, setDraft] = useState(EMPTY);
  const change = (changed: Partial<AccountDraft>) => setDraft((before) => ({ ...before, ...changed }));
  const isNoId = draft.id.trim() !== '' && !ACCOUNT_ID.test(draft.id.trim());
  const currency = draft.currency.trim();
  const hasCurrency = CURRENCY.test(currency);
  return (
    <SubmissionDialog
      title={t('open.title')}
      action={t('open.action')}
      request={openingOf(draft, i18n.language)}
      currency={currency}
      onPosted={onPosted}
      onClose={onClose}
    >
      <TextField
        label={t('id')}
        hint={t('open.idHint')}
        fault={isNoId ? t('faults.id') : undefined}
        required
        text={draft.id}
        onChange={(id) => change({ id })}
      />
      <TextField
        label={t('console:money.currency')}
        hint={t('open.currencyHint')}
        fault={hasCurrency ? undefined : t('console:money.noCurrency')}
        required
        maxLength={3}
        text={draft.currency}
        onChange={(text) => change({ currency: text.toUpperCase() })}
      />
      <NameField text={draft.name} onChange={(name) => change({ name })} />
      <MoneyField
        label={t('overdraftLimit')}
        hint={t('open.limitHint')}
        currency={hasCurrency ? currency : 'BRL'}
        isOptional
        text={draft.overdraftLimit}
        onChange={(overdraftLimit) => change({ overdraftLimit })}
      />
    </SubmissionDialog>
  );
}
