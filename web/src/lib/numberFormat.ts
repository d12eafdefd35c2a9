const made = new Map<string, Intl.NumberFormat>()

/** numberFormat gives a format of a language, made once: to make one takes a phone longer than to draw a card. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify([locale, options])
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options)
  made.set(key, format)
  return format
}
