import { useTranslation } from 'react-i18next';
import { useSystem } from '../../bank/use-system.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Button } from '../../ui/button.tsx';

interface LagProps {
  /** The newest operation that the list counts. */
  readonly upToSequence: number;
  readonly onRefresh: () => void;
}

/** Up to where the list goes, and what the ledger has beyond. */
export function Lag({ upToSequence, onRefresh }: LagProps) {
  const { t } = useTranslation('operations');
  const { integer } = useFormats();
  const { data: system } = useSystem();
  const behind = Math.max((system?.ledger?.sequence ?? 0) - upToSequence, 0);
  return (
    <>
      <span>{t('list.upTo', { sequence: integer(upToSequence) })}</span>
      <Button disabled={behind === 0} onClick={onRefresh}>
        {behind === 0 ? t('list.upToDate') : t('list.newer', { count: behind, shown: integer(behind) })}
      </Button>
    </>
  );
}
