/** formatWhen says a moment of the past, in ms: the time alone where it was today, else with the day. */
export function formatWhen(at: number, locale: string, now = Date.now()): string {
  const moment = new Date(at)
  const today = moment.toDateString() === new Date(now).toDateString()
  const day = today ? {} : ({ day: 'numeric', month: 'short' } as const)
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit' }).format(moment)
}
