import { useTranslation } from 'react-i18next';
import { formatMoney, formatMoneyNumber, type MinorUnits } from './format-money.ts';
import styles from './money.module.css';

interface MoneyProps {
  readonly minor: MinorUnits;
  readonly currency: string;
  /** In a column whose head names the currency. */
  readonly withoutCurrency?: boolean;
}

/** An amount, in the language of whoever looks. Negative ones are marked by their sign as well as their colour. */
export function Money({ minor, currency, withoutCurrency = false }: MoneyProps) {
  const { i18n } = useTranslation();
  const format = withoutCurrency ? formatMoneyNumber : formatMoney;
  return (
    <span className={styles['money']} data-negative={BigInt(minor) < 0n || undefined}>
      {format(minor, currency, i18n.language)}
    </span>
  );
}
