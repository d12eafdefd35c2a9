import { numberFormat } from '@/lib/numberFormat'

/** formatSize formats a file's size: 2.4 MB. */
export function formatSize(bytes: number, locale: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte']
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const
  return numberFormat(locale, style).format(value)
}
