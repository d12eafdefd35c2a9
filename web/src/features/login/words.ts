// The words of the account, in all languages. They come with it, so that the first page doesn't wait
// for them.
import i18next from 'i18next'
import ar from './words/ar.json'
import de from './words/de.json'
import en from './words/en.json'

declare global {
  interface AppWords {
    account: typeof en
  }
}

for (const [language, words] of Object.entries({ en, de, ar })) {
  i18next.addResourceBundle(language, 'account', words)
}
