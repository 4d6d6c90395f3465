import { type ReactNode, useId } from 'react';
import styles from './choice.module.css';

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly icon: ReactNode;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChoose: (value: Value) => void;
}

/** A small list to choose from, in the header: the browser's own, so that it works wherever it is opened. */
export function Choice<Value extends string>({ label, icon, value, options, onChoose }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <span className={styles['choice']}>
      <span aria-hidden="true">{icon}</span>
      <label className="unseen" htmlFor={id}>
        {label}
      </label>
      <select id={id} value={value} title={label} onChange={({ target }) => onChoose(target.value as Value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
