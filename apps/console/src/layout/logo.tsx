import styles from './logo.module.css';

/** The mark and the name: ballast, below the line. */
export function Logo() {
  return (
    <span className={styles['logo']}>
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" className={styles['plate']} />
        <path d="M9 7v14h14" className={styles['stroke']} />
        <path d="M14 15h9" className={styles['stroke']} opacity=".55" />
      </svg>
      Lastro
    </span>
  );
}
