import type { Operation } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { Tag } from '../../ui/tag.tsx';

const TONES = { accepted: 'warn', posted: 'good', rejected: 'bad' } as const;

interface OperationStatusProps {
  readonly status: Operation['status'];
  /** Where most are posted, that is nothing to point out. */
  readonly isQuiet?: boolean;
}

/** What became of an operation, in a word. */
export function OperationStatus({ status, isQuiet = false }: OperationStatusProps) {
  const { t } = useTranslation();
  if (isQuiet && status === 'posted') return t('statuses.posted');
  return <Tag tone={TONES[status]}>{t(`statuses.${status}`)}</Tag>;
}
