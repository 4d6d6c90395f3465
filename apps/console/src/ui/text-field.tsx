import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { Field } from './field.tsx';

interface TextFieldProps extends Pick<
  InputHTMLAttributes<HTMLInputElement>,
  'inputMode' | 'placeholder' | 'maxLength' | 'required' | 'disabled' | 'onBlur' | 'onKeyDown'
> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  readonly isCompact?: boolean;
  /** Words, which the browser may check. Everything else counts letter by letter: an id, a figure, a code. */
  readonly isProse?: boolean;
  /** Offered while it is typed. */
  readonly suggestions?: readonly string[];
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** One line of text with its label. */
export function TextField(props: TextFieldProps) {
  const {
    label,
    hint,
    fault,
    isCompact = false,
    isProse = false,
    suggestions,
    text,
    onChange,
    ...rest
  } = props;
  const listId = useId();
  return (
    <Field
      label={label}
      hint={hint}
      fault={fault}
      isCompact={isCompact}
      input={(control) => (
        <>
          <input
            {...rest}
            {...control}
            type="text"
            autoComplete="off"
            {...(isProse ? {} : { autoCapitalize: 'none', spellCheck: false })}
            {...(suggestions && { list: listId })}
            value={text}
            onChange={({ target }) => onChange(target.value)}
          />
          {suggestions && (
            <datalist id={listId}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </>
      )}
    />
  );
}
