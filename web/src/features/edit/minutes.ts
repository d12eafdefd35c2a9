// Times as cooks write them: 90, 1:30, 1 h 30, 1.5 h, 1 ½ Std., an hour and a half.
import { plainNumbers, readNumber } from './number'

/** The longest time that a recipe may have. */
const longest = 100_000

const minutesOf = new Map<string, number>()
const units: [minutes: number, names: string][] = [
  [
    1440,
    'd day days tag tage tagen jour jours giorno giorni día días dia dias dag dagen dagar dygn يوم أيام',
  ],
  [
    60,
    'h hr hrs hour hours std stde stdn stunde stunden heure heures ora ore hora horas u uur uren tim timme timmar ' +
      'س ساعة ساعات',
  ],
  [1, "m mn min mins minute minutes minuten minuto minutos minuti minuut minuter ' ′ د دقيقة دقيقه دقائق"],
]
for (const [minutes, names] of units) for (const name of names.split(' ')) minutesOf.set(name, minutes)

// Times expressed without a number.
const phrases = new Map<string, number>([
  ['half an hour', 30],
  ['a half hour', 30],
  ['half hour', 30],
  ['a quarter of an hour', 15],
  ['quarter of an hour', 15],
  ['three quarters of an hour', 45],
  ['halbe stunde', 30],
  ['eine halbe stunde', 30],
  ['viertelstunde', 15],
  ['eine viertelstunde', 15],
  ['dreiviertelstunde', 45],
  ['eine dreiviertelstunde', 45],
  ['anderthalb stunden', 90],
  ['eineinhalb stunden', 90],
  ['zweieinhalb stunden', 150],
  ['demi-heure', 30],
  ['une demi-heure', 30],
  ["mezz'ora", 30],
  ['media hora', 30],
  ['half uur', 30],
  ['een half uur', 30],
  ['anderhalf uur', 90],
  ['halvtimme', 30],
  ['en halvtimme', 30],
  ['ساعة', 60],
  ['ساعتان', 120],
  ['ساعتين', 120],
  ['نصف ساعة', 30],
  ['ربع ساعة', 15],
])
const andAHalf = /\s+(?:and a half|et demie|y media|e mezza|en een half|och en halv|ونصف)$/u
const one = /^(?:an?|one|eine?|une?|una|een|en)\s/u

/** parseMinutes parses a time: null if nothing is typed, undefined if it can't be parsed. */
export function parseMinutes(typed: string): number | null | undefined {
  const text = plainNumbers(typed).toLowerCase().replace(/\s+/gu, ' ').trim()
  if (text === '') return null
  const minutes = clock(text) ?? said(text) ?? parts(text)
  return minutes !== undefined && minutes >= 0 && minutes <= longest ? minutes : undefined
}

// 1:30, and ISO 8601 durations: PT1H30M.
function clock(text: string): number | undefined {
  const found =
    /^(?<h>\d{1,4}):(?<m>[0-5]\d)(?::00)?(?: ?(?:h|hrs?|hours?|std\.?|stunden))?$/u.exec(text) ??
    /^pt(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?$/u.exec(text)
  if (!found?.groups) return undefined
  return Number(found.groups['h'] ?? 0) * 60 + Number(found.groups['m'] ?? 0)
}

function said(text: string): number | undefined {
  const known = phrases.get(text)
  if (known !== undefined) return known
  const half = andAHalf.exec(text)
  if (!half) return undefined
  const hours = text.slice(0, half.index)
  const whole = phrases.get(hours) ?? parts(hours)
  return whole !== undefined && whole % 60 === 0 ? whole + 30 : undefined
}

// Numbers with decreasing units. A number alone is minutes, and so is one after the hours: 1 h 30.
function parts(text: string): number | undefined {
  let rest = text.replace(one, '1 ')
  let sum = 0
  let before = Infinity
  while (rest !== '') {
    const found = /^(\d+ \d+\/\d+|\d+\/\d+|\d+(?:[.,]\d+)?) ?(['′]|\p{L}+)?\.?/u.exec(rest)
    const value = readNumber(found?.[1] ?? '')
    if (!found || value === undefined) return undefined
    const unit = found[2] === undefined ? 1 : minutesOf.get(found[2])
    if (unit === undefined || unit >= before) return undefined
    if (found[2] === undefined && before !== Infinity && before !== 60) return undefined
    if (unit === 1 && !Number.isInteger(value)) return undefined
    sum += value * unit
    before = unit
    rest = rest.slice(found[0].length).replace(/^[\s,+&]*(?:(?:and|und|et|e|y|en|och) |و ?)?/u, '')
  }
  return Math.round(sum)
}
