import type { Hold, Operation } from '@lastro/contract';
import { HandCoins, Undo2, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../session/session.ts';
import { SubmissionDialog } from '../../submission/submission-dialog.tsx';
import { Button } from '../../ui/button.tsx';
import { PartDialog } from './part-dialog.tsx';

interface OperationActionsProps {
  readonly operation: Operation;
  readonly hold: Hold | undefined;
  /** Minor units that can still be moved back. */
  readonly left: number;
}

/** What can still be done about an operation, by this key. */
export function OperationActions({ operation, hold, left }: OperationActionsProps) {
  const { t } = useTranslation('operations');
  const { queries } = useSession();
  const mayOperate = useMay('operate');
  const [shown, setShown] = useState<'reverse' | 'capture' | 'void'>();
  const { id, currency = '' } = operation;
  const isHeld = hold?.status === 'open';
  const dialog = {
    currency,
    onPosted: () => {
      for (const name of ['hold', 'reversals']) void queries.invalidateQueries({ queryKey: [name, id] });
    },
    onClose: () => setShown(undefined),
  };
  return (
    <>
      {mayOperate && left > 0 && (
        <Button icon={<Undo2 />} onClick={() => setShown('reverse')}>
          {t('reverse.action')}
        </Button>
      )}
      {mayOperate && isHeld && (
        <>
          <Button icon={<HandCoins />} onClick={() => setShown('capture')}>
            {t('capture.action')}
          </Button>
          <Button icon={<X />} onClick={() => setShown('void')}>
            {t('void.action')}
          </Button>
        </>
      )}
      {shown === 'reverse' && <PartDialog {...dialog} deed="reverse" id={id} whole={left} />}
      {shown === 'capture' && <PartDialog {...dialog} deed="capture" id={id} whole={hold?.amount ?? 0} />}
      {shown === 'void' && (
        <SubmissionDialog
          {...dialog}
          title={t('void.title')}
          lead={t('void.lead')}
          action={t('void.action')}
          request={{ type: 'void', hold: id }}
        />
      )}
    </>
  );
}
