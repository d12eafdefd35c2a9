// The app's texts. English is in the initial bundle; other languages are loaded on demand.
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { numberFormat } from '@/lib/numberFormat'
import en from './en.json'
import { rememberLanguage, wantedLanguage, writeIn, type Language } from './wanted'

export { languages, type Language } from './wanted'

const loaders: Record<Exclude<Language, 'en'>, () => Promise<{ default: typeof en }>> = {
  de: () => import('./de.json'),
  ar: () => import('./ar.json'),
}

export async function startLanguage() {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
  })
  // {{count, number}} uses the digits and separators of amounts and times.
  i18next.services.formatter?.add('number', (value: number, language) =>
    numberFormat(localeOf(language ?? 'en')).format(value),
  )
  await showLanguage(wantedLanguage())
}

/** addWords adds the words that a feature brings with its pages, so that the first page doesn't wait. */
export function addWords(feature: keyof AppWords, words: Record<Language, object>) {
  for (const [language, texts] of Object.entries(words)) i18next.addResourceBundle(language, feature, texts)
}

/** chooseLanguage changes the language and stores the choice on this device. */
export async function chooseLanguage(language: Language) {
  rememberLanguage(language)
  await showLanguage(language)
}

async function showLanguage(language: Language) {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default)
  }
  await i18next.changeLanguage(language)
  writeIn(language)
}

/** useLocale returns the language with the browser's region, for numbers and dates. */
export function useLocale(): string {
  const { i18n } = useTranslation()
  return localeOf(i18n.language)
}

// Request Arabic with its own digits; some browsers use Latin digits for a bare "ar".
function localeOf(language: string) {
  const regional = navigator.languages.find((code) => code.split('-')[0] === language)
  if (language === 'ar' && !regional?.includes('-')) return 'ar-EG'
  return regional ?? language
}
