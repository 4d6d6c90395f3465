import { SlidersHorizontal, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { useIsNarrow, useIsTight } from '../ui/use-is-narrow.ts';
import styles from './filter-bar.module.css';

interface FilterBarProps {
  /** How many are set. */
  readonly count: number;
  readonly onClear: () => void;
  /** Whether the fields need much room. */
  readonly isWide?: boolean;
  /** Always there. */
  readonly first: ReactNode;
  /** Put away where there is little room, until they are asked for. */
  readonly children: ReactNode;
}

/** The filters of a list. Taking them all away makes the fields anew, empty. */
export function FilterBar({ count, onClear, isWide = false, first, children }: FilterBarProps) {
  const { t } = useTranslation();
  const isNarrow = useIsNarrow();
  const isTight = useIsTight();
  const isFolded = isNarrow || (isWide && isTight);
  const [isOpen, setOpen] = useState(false);
  const [cleared, setCleared] = useState(0);
  const clear = () => {
    onClear();
    setCleared((times) => times + 1);
  };
  const isShown = isOpen || !isFolded;
  return (
    <search
      className={styles['bar']}
      aria-label={t('filters.title')}
      data-wide={isWide || undefined}
      data-folded={isFolded || undefined}
    >
      <div key={cleared} className={styles['fields']}>
        {first}
        {isShown && children}
      </div>
      <div className={styles['actions']}>
        {isFolded && (
          <Button icon={<SlidersHorizontal />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {count > 0 ? `${t('filters.title')} (${count})` : t('filters.title')}
          </Button>
        )}
        <Button tone="quiet" icon={<X />} disabled={count === 0} onClick={clear}>
          {t('filters.clear')}
        </Button>
      </div>
    </search>
  );
}
