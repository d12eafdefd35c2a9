/** formatWhen says a moment of the past, in ms: the time alone where it was today, else with the date. */
export function formatWhen(at: number, locale: string, now = Date.now()): string {
  const moment = new Date(at)
  const today = moment.toDateString() === new Date(now).toDateString()
  const day = today ? {} : ({ dateStyle: 'medium' } as const)
  return new Intl.DateTimeFormat(locale, { ...day, timeStyle: 'short' }).format(moment)
}
