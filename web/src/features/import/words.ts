import { addWords } from '@/lib/i18n'
import ar from './words/ar.json'
import de from './words/de.json'
import en from './words/en.json'

declare global {
  interface AppWords {
    import: typeof en
  }
}

addWords('import', { en, de, ar })
