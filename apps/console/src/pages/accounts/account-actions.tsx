import type { Account } from '@lastro/contract';
import { Download, PencilLine, Snowflake, Sun, XCircle } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { type Deed, deedsOf } from './deeds.ts';
import { ExportDialog } from './export-dialog.tsx';
import { FreezeDialog } from './freeze-dialog.tsx';

const ICONS: Readonly<Record<Deed, ReactNode>> = {
  change: <PencilLine />,
  freeze: <Snowflake />,
  unfreeze: <Sun />,
  close: <XCircle />,
};

/** What can be done with an account as it is, by this key. */
export function AccountActions({ account }: { readonly account: Account }) {
  const { t } = useTranslation('accounts');
  const { queries } = useSession();
  const mayOperate = useMay('operate');
  const [shown, setShown] = useState<Deed | 'export'>();
  const show = (name: Deed | 'export') => () => setShown(name);
  const deeds = mayOperate ? deedsOf(account) : [];
  const dialog = {
    account,
    onPosted: () => void queries.invalidateQueries({ queryKey: ['account state', account.id] }),
    onClose: () => setShown(undefined),
  };
  return (
    <>
      <Button icon={<Download />} onClick={show('export')}>
        {t('export.action')}
      </Button>
      {deeds.map((name) => (
        <Button
          key={name}
          tone={name === 'close' ? 'danger' : 'plain'}
          icon={ICONS[name]}
          onClick={show(name)}
        >
          {t(`${name}.action`)}
        </Button>
      ))}
      {(shown === 'freeze' || shown === 'unfreeze') && <FreezeDialog {...dialog} deed={shown} />}
      {shown === 'change' && <ChangeDialog {...dialog} />}
      {shown === 'close' && <CloseDialog {...dialog} />}
      {shown === 'export' && <ExportDialog account={account} onClose={dialog.onClose} />}
    </>
  );
}
