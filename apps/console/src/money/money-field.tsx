import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../ui/text-field.tsx';
import { currencyDigits } from './currency-digits.ts';
import { formatMoneyNumber } from './format-money.ts';
import { parseMoney } from './parse-money.ts';

/** What example amounts are written with: 1234567 minor units. */
const EXAMPLE_FIGURES = '1234567';

interface MoneyFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly currency: string;
  /** Whether there may be none. */
  readonly isOptional?: boolean;
  /** What is written; kept by the form, so that it is there when the form is shown again. */
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** What the form knows to be wrong about an amount that is one. */
  readonly fault?: string | undefined;
}

/** Money as people write it. What is wrong is said when the field is left, or once it was. */
export function MoneyField(props: MoneyFieldProps) {
  const { label, hint, currency, isOptional = false, text, onChange, fault } = props;
  const { t, i18n } = useTranslation();
  const [wasLeft, setWasLeft] = useState(false);
  const parsed = parseMoney(text, currency, i18n.language);
  const example = formatMoneyNumber(EXAMPLE_FIGURES, currency, i18n.language);
  const isFine = !('fault' in parsed) || (isOptional && parsed.fault === 'empty');
  const own = !isFine ? t(`money.faults.${parsed.fault}`, { example }) : undefined;
  return (
    <TextField
      label={`${label} (${currency})`}
      hint={hint ?? t('money.example', { example })}
      fault={wasLeft ? (own ?? fault) : fault}
      inputMode={currencyDigits(currency) === 0 ? 'numeric' : 'decimal'}
      required={!isOptional}
      text={text}
      onBlur={() => setWasLeft(true)}
      onChange={onChange}
    />
  );
}
