import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language } from '../i18n/i18n.ts';
import { Choice } from './choice.tsx';

const NAMES: readonly { value: Language; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'pt-BR', label: 'Português' },
];

export function LanguageChoice() {
  const { t, i18n } = useTranslation();
  return (
    <Choice
      label={t('header.language')}
      icon={<Languages />}
      value={i18n.language as Language}
      options={NAMES}
      onChoose={(language) => void chooseLanguage(language)}
    />
  );
}
