import { SunMoon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseTheme, THEMES, useTheme } from '../theme/theme.ts';
import { Choice } from './choice.tsx';

export function ThemeChoice() {
  const { t } = useTranslation();
  return (
    <Choice
      label={t('header.theme')}
      icon={<SunMoon />}
      value={useTheme()}
      options={THEMES.map((value) => ({ value, label: t(`header.themes.${value}`) }))}
      onChoose={chooseTheme}
    />
  );
}
