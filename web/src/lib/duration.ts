import { numberFormat } from '@/lib/numberFormat'

/** formatMinutes formats a time for cooks: 45 min, 1 hr 30 min. Null if there is none. */
export function formatMinutes(minutes: number | null | undefined, locale: string): string | null {
  if (minutes === null || minutes === undefined || minutes <= 0) return null
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const say = (value: number, unit: 'day' | 'hour' | 'minute') =>
    numberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
  const said: string[] = []
  if (days > 0) said.push(say(days, 'day'))
  if (hours > 0) said.push(say(hours, 'hour'))
  if (minutes % 60 > 0) said.push(say(minutes % 60, 'minute'))
  return said.join(' ')
}

/** totalMinutes is a recipe's whole time, or else preparation and cooking together; null if unknown. */
export function totalMinutes(times: {
  total_minutes?: number | null
  prep_minutes: number | null
  cook_minutes: number | null
}): number | null {
  if (times.total_minutes) return times.total_minutes
  if (times.prep_minutes === null && times.cook_minutes === null) return null
  return (times.prep_minutes ?? 0) + (times.cook_minutes ?? 0)
}

/** formatSeconds formats a timer's duration to the second: 45 mins, 1 hr 30 mins, 1 min 30 secs. */
export function formatSeconds(seconds: number, locale: string): string {
  const rest = seconds % 60
  const minutes = formatMinutes(Math.floor(seconds / 60), locale)
  if (rest === 0 && minutes) return minutes
  const said = numberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short' }).format(rest)
  return minutes ? `${minutes} ${said}` : said
}
