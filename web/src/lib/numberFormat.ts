const made = new Map<string, Intl.NumberFormat>()

/**
 * numberFormat returns a cached number format: creating one takes a phone longer than drawing a
 * card.
 */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify([locale, options])
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options)
  made.set(key, format)
  return format
}
