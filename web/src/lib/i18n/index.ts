// The words of the app. English is in the first load; the others come when they are asked for.
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import en from './en.json'

export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const
export type Language = keyof typeof languages

const place = 'larder.language'
const loaders: Record<Exclude<Language, 'en'>, () => Promise<{ default: typeof en }>> = {
  de: () => import('./de.json'),
  ar: () => import('./ar.json'),
}

const isLanguage = (code: string | null | undefined): code is Language => !!code && code in languages

function wantedLanguage(): Language {
  const chosen = localStorage.getItem(place)
  if (isLanguage(chosen)) return chosen
  for (const code of navigator.languages) {
    const language = code.split('-')[0]
    if (isLanguage(language)) return language
  }
  return 'en'
}

export async function startLanguage() {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
  })
  // {{count, number}} is written in the digits and separators that amounts and times have too.
  i18next.services.formatter?.add('number', (value: number, language) =>
    new Intl.NumberFormat(localeOf(language ?? 'en')).format(value),
  )
  await showLanguage(wantedLanguage())
}

/** chooseLanguage changes the language, and remembers it on this device. */
export async function chooseLanguage(language: Language) {
  localStorage.setItem(place, language)
  await showLanguage(language)
}

async function showLanguage(language: Language) {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  document.documentElement.dir = i18next.dir(language)
}

/** useLocale gives the language with the region of the browser, for numbers and dates. */
export function useLocale(): string {
  const { i18n } = useTranslation()
  return localeOf(i18n.language)
}

// Arabic is asked for with its own digits; a bare "ar" means Latin ones to some browsers.
function localeOf(language: string) {
  const regional = navigator.languages.find((code) => code.split('-')[0] === language)
  if (language === 'ar' && !regional?.includes('-')) return 'ar-EG'
  return regional ?? language
}
