import i18n, { type BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = ['en', 'pt-BR'] as const;
export type Language = (typeof LANGUAGES)[number];

const LANGUAGE_ENTRY = 'lastro.language';

/** Every text: those of the console around the pages, and those of each page, which come with it. */
const modules = {
  ...import.meta.glob<{ default: object }>('../texts/*.ts'),
  ...import.meta.glob<{ default: object }>('../pages/*/texts/*.ts'),
};

const texts: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, namespace, done) => {
    const directory = namespace === 'console' ? '../texts' : `../pages/${namespace}/texts`;
    const load = modules[`${directory}/${language.toLowerCase()}.ts`];
    if (load === undefined) return done(new Error(`no texts of ${namespace} in ${language}`), false);
    load().then(
      (module) => done(null, module.default),
      (error: unknown) => done(error as Error, false),
    );
  },
};

/** Starts with the language that was chosen here, or else the browser's. The texts of the console are there when it resolves. */
export async function startI18n(): Promise<void> {
  i18n.on('languageChanged', (language) => (document.documentElement.lang = language));
  await i18n
    .use(texts)
    .use(initReactI18next)
    .init({
      lng: startLanguage(),
      fallbackLng: false,
      supportedLngs: LANGUAGES,
      load: 'currentOnly',
      ns: ['console'],
      defaultNS: 'console',
      // React escapes what it shows.
      interpolation: { escapeValue: false },
    });
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(LANGUAGE_ENTRY, language);
  await i18n.changeLanguage(language);
}

function startLanguage(): Language {
  const chosen = localStorage.getItem(LANGUAGE_ENTRY);
  return LANGUAGES.find((language) => language === chosen) ?? languageOf(navigator.languages);
}

/** Portuguese where the browser asks for it before English. */
export function languageOf(asked: readonly string[]): Language {
  const first = asked.find((language) => /^(pt|en)\b/i.test(language));
  return first !== undefined && /^pt\b/i.test(first) ? 'pt-BR' : 'en';
}
