import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CURRENCY, currencyDigits } from '../money/currency-digits.ts';
import { decimalText, formatMoneyNumber } from '../money/format-money.ts';
import { parseMoney } from '../money/parse-money.ts';
import { ChoiceField } from '../ui/choice-field.tsx';
import { Field } from '../ui/field.tsx';
import { TextField } from '../ui/text-field.tsx';
import { instantOfLocalTime, localTimeOf } from './local-time.ts';

/** What is typed counts once nobody has typed for a moment. */
const SETTLED_AFTER_MS = 300;
const EXAMPLE_MINOR = 123_456;

interface FilterTextProps {
  readonly label: string;
  readonly value: string | undefined;
  /** What is wrong with a text; such a text does not count. */
  readonly faultOf?: (text: string) => string | undefined;
  readonly onChange: (value: string | undefined) => void;
  /** The Enter key was pressed. */
  readonly onEnter?: (text: string) => void;
  readonly placeholder?: string;
  readonly inputMode?: 'decimal' | 'numeric' | 'search';
}

/** A filter that is typed. */
export function FilterText(props: FilterTextProps) {
  const { label, value, faultOf, onChange, onEnter, placeholder, inputMode } = props;
  const [text, setText] = useState(value ?? '');
  const settle = useSettling();
  const fault = text === '' ? undefined : faultOf?.(text);
  const change = (typed: string) => {
    setText(typed);
    settle(() => {
      if (typed.trim() === '') onChange(undefined);
      else if (faultOf?.(typed.trim()) === undefined) onChange(typed.trim());
    });
  };
  return (
    <TextField
      label={label}
      fault={fault}
      isCompact
      placeholder={placeholder}
      inputMode={inputMode}
      text={text}
      onChange={change}
      onKeyDown={(event) => event.key === 'Enter' && onEnter?.(text.trim())}
    />
  );
}

function useSettling(): (act: () => void) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (act) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(act, SETTLED_AFTER_MS);
  };
}

interface FilterCurrencyProps {
  readonly currency: string | undefined;
  readonly onChange: (currency: string | undefined) => void;
}

/** A currency; what is not three letters does not count. */
export function FilterCurrency({ currency, onChange }: FilterCurrencyProps) {
  const { t } = useTranslation();
  return (
    <FilterText
      label={t('money.currency')}
      value={currency}
      placeholder="BRL"
      faultOf={(text) => (CURRENCY.test(text.toUpperCase()) ? undefined : t('money.noCurrency'))}
      onChange={(text) => onChange(text?.toUpperCase())}
    />
  );
}

interface FilterAmountProps {
  readonly label: string;
  /** By whose digits it is written. Absent: two, and the label says so. */
  readonly currency: string | undefined;
  readonly minor: number | undefined;
  readonly min: number;
  readonly onChange: (minor: number | undefined) => void;
}

/** A bound of money, as people write it. */
export function FilterAmount({ label, currency = '', minor, min, onChange }: FilterAmountProps) {
  const { t, i18n } = useTranslation();
  const example = formatMoneyNumber(EXAMPLE_MINOR, currency, i18n.language);
  const written =
    minor === undefined
      ? undefined
      : decimalText(minor, currencyDigits(currency)).replace('.', decimalSign(i18n.language));
  const read = (text: string) => parseMoney(text, currency, i18n.language);
  const minorOf = (text: string | undefined) => {
    const parsed = read(text ?? '');
    return 'minor' in parsed ? Math.max(parsed.minor, min) : undefined;
  };
  return (
    <FilterText
      key={currency}
      label={`${label} (${currency === '' ? formatMoneyNumber(0, currency, i18n.language) : currency})`}
      value={written}
      inputMode="decimal"
      placeholder={example}
      faultOf={(text) => {
        const parsed = read(text);
        return 'fault' in parsed ? t(`money.faults.${parsed.fault}`, { example }) : undefined;
      }}
      onChange={(text) => onChange(minorOf(text))}
    />
  );
}

function decimalSign(language: string): string {
  return new Intl.NumberFormat(language).formatToParts(0.5).find(({ type }) => type === 'decimal')!.value;
}

interface FilterChoiceProps<Name extends string> {
  readonly label: string;
  readonly value: Name | undefined;
  readonly options: readonly Name[];
  readonly labelOf: (name: Name) => string;
  readonly onChange: (value: Name | undefined) => void;
}

/** A filter that is chosen from a few. */
export function FilterChoice<Name extends string>(props: FilterChoiceProps<Name>) {
  const { label, value, options, labelOf, onChange } = props;
  const { t } = useTranslation();
  return (
    <ChoiceField<Name | ''>
      label={label}
      isCompact
      chosen={value ?? ''}
      options={['', ...options]}
      labelOf={(name) => (name === '' ? t('filters.any') : labelOf(name))}
      onChoose={(name) => onChange(name === '' ? undefined : name)}
    />
  );
}

interface FilterTimeProps {
  readonly label: string;
  /** In UTC. */
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** A bound of time, in the zone of whoever looks. */
export function FilterTime({ label, value, onChange }: FilterTimeProps) {
  const [text, setText] = useState(() => localTimeOf(value));
  return (
    <Field
      label={label}
      isCompact
      input={(control) => (
        <input
          {...control}
          type="datetime-local"
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            onChange(instantOfLocalTime(target.value));
          }}
        />
      )}
    />
  );
}
