import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  readonly title: string;
  /** At the right of the title: a figure, a button. */
  readonly aside?: ReactNode;
  /** Without padding, for a table that reaches the edges. */
  readonly isFlush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page, with a title. */
export function Panel({ title, aside, isFlush = false, children }: PanelProps) {
  const titleId = useId();
  return (
    <section className={styles['panel']} aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{title}</h2>
        {aside !== undefined && <div className={styles['aside']}>{aside}</div>}
      </header>
      <div className={styles['body']} data-flush={isFlush || undefined}>
        {children}
      </div>
    </section>
  );
}
