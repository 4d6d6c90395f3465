import type { Account } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Tag } from '../../ui/tag.tsx';

interface AccountStatusProps {
  readonly status: Account['status'];
  /** Where most are open, that is nothing to point out. */
  readonly isQuiet?: boolean;
}

/** How an account stands, in a word. */
export function AccountStatus({ status, isQuiet = false }: AccountStatusProps) {
  const { t } = useTranslation();
  if (isQuiet && status === 'open') return t('accountStatuses.open');
  const tone = status === 'open' ? 'good' : status === 'closed' ? 'plain' : 'warn';
  return <Tag tone={tone}>{t(`accountStatuses.${status}`)}</Tag>;
}
