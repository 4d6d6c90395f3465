import styles from './progress.module.css';

interface ProgressProps {
  readonly label: string;
  readonly done: number;
  /** 0: not known yet. */
  readonly total: number;
}

/** How far something is. */
export function Progress({ label, done, total }: ProgressProps) {
  return (
    <progress
      className={styles['progress']}
      aria-label={label}
      {...(total > 0 ? { value: Math.min(done, total), max: total } : {})}
    />
  );
}
