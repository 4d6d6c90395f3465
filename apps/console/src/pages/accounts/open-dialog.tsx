import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import { MoneyField } from '../../money/money-field.tsx';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { type AccountDraft, openingOf } from './account-draft.ts';
import { CURRENCY } from './account-filters.ts';
import { NameField } from './change-dialog.tsx';

const EMPTY: AccountDraft = { id: '', currency: 'BRL', name: '', overdraftLimit: '' };

interface OpenDialogProps {
  readonly onPosted: () => void;
  readonly onClose: () => void;
}

/** A new account. Whether the id is free is said by the verdict, while it is written. */
export function OpenDialog({ onPosted, onClose }: OpenDialogProps) {
  const { t, i18n } = useTranslation('accounts');
  const [draft, setDraft] = useState(EMPTY);
  const change = (changed: Partial<AccountDraft>) => setDraft((before) => ({ ...before, ...changed }));
  const currency = draft.currency.trim().toUpperCase();
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
      <IdField text={draft.id} onChange={(id) => change({ id })} />
      <Field
        label={t('currency')}
        hint={t('open.currencyHint')}
        fault={hasCurrency ? undefined : t('faults.currency')}
        input={(props) => (
          <input
            {...props}
            type="text"
            autoComplete="off"
            autoCapitalize="characters"
            maxLength={3}
            value={draft.currency}
            onChange={({ target }) => change({ currency: target.value })}
          />
        )}
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

function IdField({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const { t } = useTranslation('accounts');
  const isFault = text.trim() !== '' && !ACCOUNT_ID.test(text.trim());
  return (
    <Field
      label={t('id')}
      hint={t('open.idHint')}
      fault={isFault ? t('faults.id') : undefined}
      input={(props) => (
        <input
          {...props}
          type="text"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    />
  );
}
