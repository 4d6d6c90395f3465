import type { OperationRequest } from '@lastro/contract';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { type TypedAccount, useAccount } from '../../bank/use-account.ts';
import { MoneyField } from '../../money/money-field.tsx';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { AccountField } from './account-field.tsx';
import styles from './do-page.module.css';
import { type Deed, DESCRIPTION_LENGTH_MAX, type Draft, PARTIES, requestOf } from './draft.ts';
import { HoldField, useTypedHold } from './hold-field.tsx';
import { Verdict } from '../../submission/verdict.tsx';

const DEFAULT_CURRENCY = 'BRL';
/** By the seconds that a hold lasts; without any, it stays. */
const EXPIRY_NAMES = { '': 'never', '900': 'minutes', '86400': 'day', '604800': 'week' } as const;
const EXPIRIES = ['', '900', '86400', '604800'] as const;

interface OperationFormProps {
  readonly deed: Deed;
  /** How many were sent: what was wrong with the one before is not said of the next. */
  readonly round: number;
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onSend: (request: OperationRequest, currency: string) => void;
}

/** The form of one deed. What is wrong is said while it is written; what would come of it, too. */
export function OperationForm({ deed, round, draft, onChange, onSend }: OperationFormProps) {
  const { t, i18n } = useTranslation(['do', 'console']);
  const found = { from: useAccount(draft.from), to: useAccount(draft.to) };
  const hold = useTypedHold(deed === 'capture' ? draft.hold : '');
  const parties = PARTIES[deed];
  const currency =
    hold?.currency ??
    parties.map((party) => currencyOf(found[party])).find((known) => known !== undefined) ??
    DEFAULT_CURRENCY;
  const request = requestOf(deed, draft, currency, i18n.language);
  const isMissing = parties.some((party) => ['missing', 'no_id'].includes(found[party].is));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (request !== undefined && !isMissing) onSend(request, currency);
  };
  return (
    <form className={styles['form']} onSubmit={submit} noValidate>
      {parties.map((party) => (
        <AccountField
          key={party}
          label={t(`do:fields.${party}`)}
          text={draft[party]}
          found={found[party]}
          onChange={(text) => onChange({ [party]: text })}
        />
      ))}
      {deed === 'capture' && (
        <HoldField text={draft.hold} hold={hold} onChange={(text) => onChange({ hold: text })} />
      )}
      <MoneyField
        key={`${deed} ${round}`}
        label={t('do:fields.amount')}
        {...(deed === 'capture' ? { hint: t('do:fields.amountOfCapture') } : {})}
        isOptional={deed === 'capture'}
        currency={currency}
        text={draft.amount}
        onChange={(amount) => onChange({ amount })}
      />
      {deed === 'hold' && (
        <ChoiceField
          label={t('do:fields.expires')}
          chosen={draft.expiresIn}
          options={EXPIRIES}
          labelOf={(seconds) => t(`do:expiries.${EXPIRY_NAMES[seconds]}`)}
          onChoose={(expiresIn) => onChange({ expiresIn })}
        />
      )}
      <TextField
        label={t('do:fields.description')}
        isProse
        maxLength={DESCRIPTION_LENGTH_MAX}
        text={draft.description}
        onChange={(description) => onChange({ description })}
      />
      <Verdict request={isMissing ? undefined : request} currency={currency} />
      <Button type="submit" tone="primary" disabled={request === undefined || isMissing}>
        {t(`do:deeds.${deed}`)}
      </Button>
    </form>
  );
}

function currencyOf(found: TypedAccount): string | undefined {
  return found.is === 'found' ? found.account.currency : undefined;
}
