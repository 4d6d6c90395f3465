import { useTranslation } from 'react-i18next';
import { type BankState, bankStateOf } from '../bank/bank-state.ts';
import { useSystem } from '../bank/use-system.ts';
import { Light, type LightState } from '../ui/light.tsx';
import styles from './bank-state-badge.module.css';

const LIGHTS: Readonly<Record<BankState, LightState>> = {
  unknown: 'unknown',
  well: 'good',
  accepting: 'warn',
  impaired: 'warn',
  unreachable: 'bad',
};

/** How the bank is, in the header of every page. A change is read out. */
export function BankStateBadge() {
  const { t } = useTranslation();
  const { data, error } = useSystem();
  const state = bankStateOf(data, error !== null);
  return (
    <div className={styles['badge']} role="status" aria-label={t('bank.label')} data-state={state}>
      <Light state={LIGHTS[state]} />
      <span>{t(`bank.${state}`)}</span>
    </div>
  );
}
