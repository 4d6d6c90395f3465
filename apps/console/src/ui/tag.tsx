import type { ReactNode } from 'react';
import styles from './tag.module.css';

interface TagProps {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly children: ReactNode;
}

/** A state in a word. Its colour only underlines what the word says. */
export function Tag({ tone, children }: TagProps) {
  return (
    <span className={styles['tag']} data-tone={tone}>
      {children}
    </span>
  );
}
