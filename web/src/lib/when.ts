/**
 * formatWhen formats a past moment, in ms: only the time if it was today, otherwise with the date.
 */
export function formatWhen(at: number, locale: string, now = Date.now()): string {
  const moment = new Date(at)
  const today = moment.toDateString() === new Date(now).toDateString()
  const day = today ? {} : ({ dateStyle: 'medium' } as const)
  return new Intl.DateTimeFormat(locale, { ...day, timeStyle: 'short' }).format(moment)
}
