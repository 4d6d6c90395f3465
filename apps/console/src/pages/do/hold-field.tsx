import type { Hold } from '@lastro/contract';
import { useRead } from '../../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { TextField } from '../../ui/text-field.tsx';
import { useSettled } from '../../ui/use-settled.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The hold with the id `text`, once nobody types any more and there is one. */
export function useTypedHold(text: string): Hold | undefined {
  const { bank } = useSession();
  const id = useSettled(text.trim().toLowerCase());
  const { data } = useRead({
    queryKey: ['hold', id],
    queryFn: () => bank.reads.holdState(id),
    enabled: UUID.test(id),
  });
  return data;
}

interface HoldFieldProps {
  readonly text: string;
  readonly hold: Hold | undefined;
  readonly onChange: (text: string) => void;
}

/** The id of a hold, with what it reserves. */
export function HoldField({ text, hold, onChange }: HoldFieldProps) {
  const { t } = useTranslation('do');
  const isFault = text.trim() !== '' && !UUID.test(text.trim());
  return (
    <TextField
      label={t('fields.hold')}
      hint={hold === undefined ? t('hold.hint') : <HoldHint hold={hold} />}
      fault={isFault ? t('hold.noId') : undefined}
      required
      text={text}
      onChange={onChange}
    />
  );
}

function HoldHint({ hold: { from, to, amount, currency, status } }: { readonly hold: Hold }) {
  const { t } = useTranslation();
  return (
    <>
      <Money minor={amount} currency={currency} /> · {from} → {to} · {t(`holdStatuses.${status}`)}
    </>
  );
}
