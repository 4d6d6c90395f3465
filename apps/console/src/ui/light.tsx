import { useTranslation } from 'react-i18next';
import styles from './light.module.css';

/** `unknown` is never shown like `good`: what nobody has looked at may be broken. */
export type LightState = 'good' | 'warn' | 'bad' | 'unknown';

const SIGNS: Readonly<Record<LightState, string>> = {
  good: 'M4.8 8.2 7 10.4l4.2-4.6',
  warn: 'M8 4.4v4.4M8 11.2v.4',
  bad: 'm5.4 5.4 5.2 5.2m0-5.2-5.2 5.2',
  unknown: '',
};

interface LightProps {
  readonly state: LightState;
  /** Read out with it; by default the name of the state. Empty: what stands beside it says it all. */
  readonly label?: string;
}

/** A state as colour and shape, so that nobody needs to tell colours apart. */
export function Light({ state, label }: LightProps) {
  const { t } = useTranslation();
  return (
    <svg
      className={styles['light']}
      data-state={state}
      viewBox="0 0 16 16"
      {...(label === ''
        ? { 'aria-hidden': true }
        : { role: 'img', 'aria-label': label ?? t(`lights.${state}`) })}
    >
      <circle cx="8" cy="8" r="7" />
      <path d={SIGNS[state]} />
    </svg>
  );
}
