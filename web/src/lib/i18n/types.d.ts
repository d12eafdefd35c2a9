import type en from './en.json'

// Makes t('…') refuse a key that isn't there.
declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}
