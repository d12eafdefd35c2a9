// Which of the app's languages a cook reads: the page is shown in it before the words of the app are here.
export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const
export type Language = keyof typeof languages

const place = 'larder.language'

const isLanguage = (code: string | null | undefined): code is Language => !!code && code in languages

/** wantedLanguage is the one that was chosen on this device, else the first of the browser's that there is. */
export function wantedLanguage(): Language {
  const chosen = localStorage.getItem(place)
  if (isLanguage(chosen)) return chosen
  for (const code of navigator.languages) {
    const language = code.split('-')[0]
    if (isLanguage(language)) return language
  }
  return 'en'
}

/** rememberLanguage keeps what a cook chose on this device. */
export function rememberLanguage(language: Language) {
  localStorage.setItem(place, language)
}

/** writeIn tells the page which language it is in, and so from which side it is read. */
export function writeIn(language: Language) {
  document.documentElement.lang = language
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
}
