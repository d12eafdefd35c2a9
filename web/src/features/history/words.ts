// The words of these pages, in all languages. They come with the pages, so that the first page
// doesn't wait for them.
import i18next from 'i18next'
import ar from './words/ar.json'
import de from './words/de.json'
import en from './words/en.json'

declare global {
  interface AppWords {
    history: typeof en
  }
}

for (const [language, words] of Object.entries({ en, de, ar })) {
  i18next.addResourceBundle(language, 'history', words)
}
