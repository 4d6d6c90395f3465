import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/field.tsx';
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
  /** Whole minor units, or `undefined` while the text is no amount. */
  readonly onChange: (text: string, minor: number | undefined) => void;
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
    <Field
      label={`${label} (${currency})`}
      hint={hint ?? example}
      fault={wasLeft ? (own ?? fault) : fault}
      input={(control) => (
        <input
          {...control}
          type="text"
          inputMode={currencyDigits(currency) === 0 ? 'numeric' : 'decimal'}
          autoComplete="off"
          required={!isOptional}
          value={text}
          onBlur={() => setWasLeft(true)}
          onChange={({ target }) => {
            const read = parseMoney(target.value, currency, i18n.language);
            onChange(target.value, 'minor' in read ? read.minor : undefined);
          }}
        />
      )}
    />
  );
}
