import { type ReactNode, useId } from 'react';
import styles from './field.module.css';

/** What the control of a field must carry, so that its label, hint and fault belong to it. */
interface FieldInputProps {
  readonly id: string;
  readonly className: string | undefined;
  readonly 'aria-describedby': string;
  readonly 'aria-invalid': true | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with what is there; it is announced when it comes up. */
  readonly fault?: string | undefined;
  /** Keeps no line free below: a note hangs over what follows. For rows of many fields. */
  readonly isCompact?: boolean;
  /** Draws an `input`, a `select` or a `textarea` with these. */
  readonly input: (props: FieldInputProps) => ReactNode;
}

/** A labelled control. The line below it is kept free for a hint or a fault, so that nothing moves. */
export function Field({ label, hint, fault, isCompact = false, input }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const isFaulty = fault !== undefined || undefined;
  return (
    <div className={styles['field']} data-compact={isCompact || undefined}>
      <label htmlFor={id}>{label}</label>
      {input({
        id,
        className: styles['control'],
        'aria-describedby': noteId,
        'aria-invalid': isFaulty,
      })}
      <div id={noteId} className={styles['note']} aria-live="polite" data-fault={isFaulty}>
        {fault ?? hint}
      </div>
    </div>
  );
}
