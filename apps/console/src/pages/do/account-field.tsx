import { useRead } from '../../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { ACCOUNT_ID, type TypedAccount } from '../../bank/use-account.ts';
import { Money } from '../../money/money.tsx';
import { useSession } from '../../session/session.ts';
import { TextField } from '../../ui/text-field.tsx';
import { useSettled } from '../../ui/use-settled.ts';

const SUGGESTIONS_MAX = 8;

interface AccountFieldProps {
  readonly label: string;
  readonly text: string;
  /** What is known of it; the form asks, since it needs to know too. */
  readonly found: TypedAccount;
  readonly onChange: (text: string) => void;
}

/** The id of an account: ids that begin so are offered, and what the account has is shown. */
export function AccountField({ label, text, found, onChange }: AccountFieldProps) {
  const { t } = useTranslation('do');
  const isFault = found.is === 'no_id' || found.is === 'missing';
  return (
    <TextField
      label={label}
      hint={found.is === 'found' ? <AccountHint found={found} /> : t(`account.${hintOf(found.is)}`)}
      fault={isFault ? t(`account.${found.is}`) : undefined}
      required
      suggestions={useSuggestions(text)}
      text={text}
      onChange={onChange}
    />
  );
}

function hintOf(is: TypedAccount['is']): 'empty' | 'looked_for' | 'unknown' {
  return is === 'looked_for' || is === 'unknown' ? is : 'empty';
}

function AccountHint({ found: { account } }: { readonly found: TypedAccount & { is: 'found' } }) {
  const { t } = useTranslation(['do', 'console']);
  return (
    <>
      {account.name !== undefined && `${account.name} · `}
      {t('do:account.available')} <Money minor={account.available} currency={account.currency} />
      {account.status !== 'open' && ` · ${t(`console:accountStatuses.${account.status}`)}`}
    </>
  );
}

function useSuggestions(text: string): readonly string[] {
  const { bank } = useSession();
  const prefix = useSettled(text.trim());
  const { data } = useRead({
    queryKey: ['account ids', prefix],
    queryFn: async () =>
      (await bank.reads.accounts({ prefix, limit: SUGGESTIONS_MAX })).accounts.map(({ id }) => id),
    enabled: ACCOUNT_ID.test(prefix),
  });
  return data ?? [];
}
