import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './button.module.css';

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  /** `primary`: the one thing to do here. `danger`: what cannot be undone. */
  readonly tone?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** Under way: it cannot be pressed again, and says so. */
  readonly isBusy?: boolean;
  readonly isWide?: boolean;
  readonly icon?: ReactNode;
}

/** A button. One that only has an icon needs an `aria-label`. */
export function Button(props: ButtonProps) {
  const { tone = 'plain', isBusy = false, isWide = false, icon, children, disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={styles['button']}
      data-tone={tone}
      data-wide={isWide || undefined}
      data-icon-only={children === undefined || undefined}
      aria-busy={isBusy || undefined}
      disabled={disabled === true || isBusy}
    >
      {icon}
      {children}
    </button>
  );
}
