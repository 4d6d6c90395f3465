import type { ReactNode } from 'react';
import styles from './facts.module.css';

/** A fact that is not known, or not there, is left out. */
export type Fact = readonly [label: string, value: ReactNode];

/** What is known of one thing, each with its name. */
export function Facts({ facts }: { readonly facts: readonly (Fact | undefined)[] }) {
  return (
    <dl className={styles['facts']}>
      {facts
        .filter((fact) => fact !== undefined)
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
