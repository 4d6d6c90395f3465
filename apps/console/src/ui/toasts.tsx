import * as Parts from '@radix-ui/react-toast';
import { X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Light, type LightState } from './light.tsx';
import styles from './toasts.module.css';

interface Toast {
  readonly state: LightState;
  readonly title: string;
  readonly detail?: ReactNode;
}

type ShownToast = Toast & { readonly id: string };

const SHOWN_MAX = 4;
const SHOWN_FOR_MS = 8_000;

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Says something in passing, in a corner; it is read out as well. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

/** Where toasts are shown, around everything that shows some. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<readonly ShownToast[]>([]);
  const show = useCallback((toast: Toast) => {
    setToasts((shown) => [...shown.slice(1 - SHOWN_MAX), { ...toast, id: crypto.randomUUID() }]);
  }, []);
  const drop = (id: string) => setToasts((shown) => shown.filter((toast) => toast.id !== id));
  return (
    <ToastContext value={show}>
      <Parts.Provider label={t('toasts.label')} duration={SHOWN_FOR_MS}>
        {children}
        {toasts.map((toast) => (
          <OneToast key={toast.id} toast={toast} onEnd={() => drop(toast.id)} />
        ))}
        <Parts.Viewport className={styles['viewport']} label={t('toasts.label')} />
      </Parts.Provider>
    </ToastContext>
  );
}

function OneToast({ toast, onEnd }: { readonly toast: ShownToast; readonly onEnd: () => void }) {
  const { t } = useTranslation();
  return (
    <Parts.Root className={styles['toast']} onOpenChange={(isOpen) => !isOpen && onEnd()}>
      <Light state={toast.state} />
      <div>
        <Parts.Title className={styles['title']}>{toast.title}</Parts.Title>
        {toast.detail !== undefined && (
          <Parts.Description asChild>
            <div>{toast.detail}</div>
          </Parts.Description>
        )}
      </div>
      <Parts.Close asChild>
        <Button tone="quiet" icon={<X />} aria-label={t('toasts.dismiss')} />
      </Parts.Close>
    </Parts.Root>
  );
}
