import type { ReactNode } from 'react';
import { Field } from './field.tsx';

interface ChoiceFieldProps<Name extends string> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly isCompact?: boolean;
  readonly chosen: Name;
  readonly options: readonly Name[];
  readonly labelOf: (name: Name) => string;
  readonly onChoose: (name: Name) => void;
}

/** One of a few, with its label: the browser's own list. */
export function ChoiceField<Name extends string>(props: ChoiceFieldProps<Name>) {
  const { label, hint, isCompact = false, chosen, options, labelOf, onChoose } = props;
  return (
    <Field
      label={label}
      hint={hint}
      isCompact={isCompact}
      input={(control) => (
        <select {...control} value={chosen} onChange={({ target }) => onChoose(target.value as Name)}>
          {options.map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
        </select>
      )}
    />
  );
}
