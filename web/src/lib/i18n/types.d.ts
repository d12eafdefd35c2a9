import type en from './en.json'

// Makes t('…') reject unknown keys. Features that bring their own words add them to AppWords.
declare global {
  interface AppWords {
    translation: typeof en
  }
}

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: AppWords
  }
}
