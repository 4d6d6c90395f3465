import * as Parts from '@radix-ui/react-tabs';
import type { ReactNode } from 'react';
import styles from './tabs.module.css';

interface Tab<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly content: ReactNode;
}

interface TabsProps<Name extends string> {
  /** What they choose between; read out. */
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly shown: Name;
  readonly onShow: (name: Name) => void;
}

/** Parts of a page of which one is shown at a time. Arrow keys go from one to the next. */
export function Tabs<Name extends string>({ label, tabs, shown, onShow }: TabsProps<Name>) {
  return (
    <Parts.Root value={shown} onValueChange={(name) => onShow(name as Name)}>
      <Parts.List className={styles['list']} aria-label={label}>
        {tabs.map((tab) => (
          <Parts.Trigger key={tab.name} value={tab.name} className={styles['tab']}>
            {tab.label}
          </Parts.Trigger>
        ))}
      </Parts.List>
      {tabs.map((tab) => (
        <Parts.Content key={tab.name} value={tab.name} className={styles['content']}>
          {tab.content}
        </Parts.Content>
      ))}
    </Parts.Root>
  );
}
