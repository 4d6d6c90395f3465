import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import styles from './dialog.module.css';

interface DialogProps {
  readonly title: string;
  /** Asked for by the Escape key, the button, or a press outside. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog over the page, while it is rendered. The browser's own: it keeps the focus inside, and gives it back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it is still in the document: only so the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles['dialog']}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className={styles['card']}>
        <header>
          <h2 id={titleId}>{title}</h2>
          <Button tone="quiet" icon={<X />} aria-label={t('actions.close')} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
