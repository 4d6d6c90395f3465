import type { Texts, Translation } from '../../../i18n/texts.ts';

export default {
  title: 'Visão geral',
  services: 'Serviços',
} satisfies Translation<Texts['overview']>;
