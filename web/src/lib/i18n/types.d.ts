import type en from './en.json'

// Makes t('…') reject unknown keys.
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}
