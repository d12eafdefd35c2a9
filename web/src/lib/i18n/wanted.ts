// Which of the app's languages to use: the page shows it before the texts have loaded.
export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const
export type Language = keyof typeof languages

const place = 'larder.language'

const isLanguage = (code: string | null | undefined): code is Language => !!code && code in languages

/**
 * wantedLanguage is the language chosen on this device, otherwise the first supported one of the
 * browser's.
 */
export function wantedLanguage(): Language {
  const chosen = localStorage.getItem(place)
  if (isLanguage(chosen)) return chosen
  for (const code of navigator.languages) {
    const language = code.split('-')[0]
    if (isLanguage(language)) return language
  }
  return 'en'
}

/** rememberLanguage stores a cook's choice on this device. */
export function rememberLanguage(language: Language) {
  localStorage.setItem(place, language)
}

/** writeIn sets the page's language and thereby its direction. */
export function writeIn(language: Language) {
  document.documentElement.lang = language
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
}
