import type { ReactNode } from 'react';
import styles from './columns.module.css';

interface ColumnsProps {
  /** Which has more room; `form`: the first has as much as a form needs. */
  readonly widths?: 'even' | 'firstWider' | 'secondWider' | 'form';
  /** Whether both are as high as the higher one. */
  readonly isLevel?: boolean;
  readonly children: ReactNode;
}

/** Two things side by side, or one below the other where there is no room. */
export function Columns({ widths = 'even', isLevel = false, children }: ColumnsProps) {
  return (
    <div className={styles['columns']} data-widths={widths} data-level={isLevel || undefined}>
      {children}
    </div>
  );
}

/** Several things in one of the columns. */
export function Column({ children }: { readonly children: ReactNode }) {
  return <div className={styles['column']}>{children}</div>;
}
