// Amounts as a cook says them: 1 ½ cups, 150 g, 2–3 cloves.

import { numberFormat } from '@/lib/numberFormat'

const glyphs = new Map([
  [1 / 8, '⅛'],
  [1 / 4, '¼'],
  [1 / 3, '⅓'],
  [3 / 8, '⅜'],
  [1 / 2, '½'],
  [5 / 8, '⅝'],
  [2 / 3, '⅔'],
  [3 / 4, '¾'],
  [7 / 8, '⅞'],
])
const parts = new Map<number, [number, number]>([
  [1 / 8, [1, 8]],
  [1 / 4, [1, 4]],
  [1 / 3, [1, 3]],
  [3 / 8, [3, 8]],
  [1 / 2, [1, 2]],
  [5 / 8, [5, 8]],
  [2 / 3, [2, 3]],
  [3 / 4, [3, 4]],
  [7 / 8, [7, 8]],
])

// Units that are read off a scale or a measuring jug, where 0.75 is said and ¾ is not.
const measured = new Set([
  'g',
  'gr',
  'gram',
  'grams',
  'gramm',
  'kg',
  'mg',
  'ml',
  'cl',
  'dl',
  'l',
  'cm',
  'mm',
  '°c',
  '°f',
])

/** formatAmount writes a number for a unit, in the language's digits and separators. */
export function formatAmount(value: number, unit: string, locale: string): string {
  return measured.has(unit.toLowerCase()) ? decimal(value, locale) : fraction(value, locale)
}

// Three significant digits: nobody weighs 133.33 g.
function decimal(value: number, locale: string) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return numberFormat(locale, { maximumFractionDigits: digits }).format(value)
}

function fraction(value: number, locale: string): string {
  const format = numberFormat(locale, { maximumFractionDigits: 0 })
  let whole = Math.floor(value)
  const rest = nearest(value - whole, value)
  if (rest === 1) whole += 1
  if (rest === 0 || rest === 1)
    return whole === 0 && value > 0 ? smallest(value, locale) : format.format(whole)
  const written = fractionGlyph(rest, format)
  return whole === 0 ? written : `${format.format(whole)} ${written}`
}

function nearest(rest: number, value: number): number {
  if (value >= 10) return Math.round(rest) // 11 ⅛ eggs are 11 eggs
  let found = 0
  for (const candidate of [...glyphs.keys(), 1]) {
    if (Math.abs(rest - candidate) < Math.abs(rest - found)) found = candidate
  }
  return found
}

// Less than a sixteenth: a pinch, but a number was asked for.
function smallest(value: number, locale: string) {
  return numberFormat(locale, { maximumSignificantDigits: 1 }).format(value)
}

// Scripts with digits of their own have no such glyphs, so that a fraction slash joins their digits there.
function fractionGlyph(rest: number, format: Intl.NumberFormat): string {
  if (format.resolvedOptions().numberingSystem === 'latn') return glyphs.get(rest) ?? ''
  const [numerator, denominator] = parts.get(rest) ?? [0, 1]
  return `${format.format(numerator)}⁄${format.format(denominator)}`
}

/** Scaled is an ingredient line for more or fewer servings. Amount is '' where the line has none. */
export interface Scaled {
  amount: string
  rest: string
}

interface Parts {
  text: string
  quantity: number | null
  quantity_max: number | null
  unit: string
  name: string
  note: string
}

/** scaleLine multiplies a line's amount. A line without one is said as it was written. */
export function scaleLine(line: Parts, factor: number, locale: string): Scaled {
  if (line.quantity === null || line.name === '') return { amount: '', rest: line.text }
  const low = formatAmount(line.quantity * factor, line.unit, locale)
  const high = line.quantity_max === null ? '' : formatAmount(line.quantity_max * factor, line.unit, locale)
  const amount = high === '' || high === low ? low : `${low}–${high}`
  const note = line.note === '' ? '' : `, ${line.note}`
  return { amount: line.unit === '' ? amount : `${amount} ${line.unit}`, rest: line.name + note }
}
