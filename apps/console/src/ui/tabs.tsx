import { type KeyboardEvent, type ReactNode, useId } from 'react';
import styles from './tabs.module.css';

interface TabsProps<Name extends string> {
  /** What they choose between; read out. */
  readonly label: string;
  readonly names: readonly Name[];
  readonly labelOf: (name: Name) => string;
  readonly shown: Name;
  readonly onShow: (name: Name) => void;
  /** Of the one that is shown. */
  readonly children: ReactNode;
}

/** Parts of a page of which one is shown at a time. Tab leads to the one that is shown, arrow keys to the others. */
export function Tabs<Name extends string>(props: TabsProps<Name>) {
  const { label, names, labelOf, shown, onShow, children } = props;
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const next = nextName(event.key, names, shown);
    if (next === undefined) return;
    event.preventDefault();
    onShow(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className={styles['list']} onKeyDown={onKeyDown}>
        {names.map((name) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            className={styles['tab']}
            aria-selected={name === shown}
            aria-controls={`${id}-panel`}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => onShow(name)}
          >
            {labelOf(name)}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown}`} className={styles['panel']}>
        {children}
      </div>
    </>
  );
}

/** As WAI-ARIA has it: round and round, and to both ends. */
function nextName<Name>(key: string, names: readonly Name[], shown: Name): Name | undefined {
  const at = names.indexOf(shown);
  switch (key) {
    case 'ArrowRight':
      return names[(at + 1) % names.length];
    case 'ArrowLeft':
      return names.at(at - 1);
    case 'Home':
      return names[0];
    case 'End':
      return names.at(-1);
    default:
      return undefined;
  }
}
