// Reads a line's amount before the server has parsed it, so that recipes written offline scale too.
// It only reads plain lines, which begin with a number and contain no other: wherever the server
// might read something else, the line stays text. Nothing of this is stored or sent.

import { scaleLine, type Measure, type Row } from '@/lib/amount'
import {
  alternatives,
  isArticle,
  isDozen,
  isNumberWord,
  joins,
  Line,
  numberNamed,
  ofs,
  signs,
} from '@/lib/reading'
import { doubted, foreign, headWord, isLength, isMeasured, isMetric, notUnits, unitNamed } from '@/lib/units'

/** withAmount adds the amount to a row that the server hasn't parsed, if it is beyond doubt. */
export function withAmount(row: Row): Row {
  const amount = isUnread(row) && amountOf(row.text)
  if (!amount) return row
  const read = { ...row, ...amount }
  return scaleLine(read, 1, 'en')[0]?.amount ? read : row
}

// In every line it has parsed, the server names the food.
const isUnread = ({ quantity, unit, name }: Row) => quantity === null && unit === '' && name === ''

type Amount = Pick<Row, 'quantity' | 'quantity_max' | 'unit' | 'name' | 'second'>

// Characters that change the preceding number, or make it a size or a share.
const doubtful = /[%×*_[\]&#~+"″”|=:]|\bML\b|\bx\b/

function amountOf(text: string): Amount | null {
  if (doubtful.test(text)) return null
  const line = new Line(text)
  const first = measureAt(line, 0)
  if (!first) return null
  const second = first.place && secondAt(line, first)
  const food = second ? second.end : first.end
  const next = line.at(food)
  if (!next.word || (next.glued && !first.place?.dotted) || !isPlain(line, food)) return null
  const parts = { ...first.measure, name: foodAt(line, food), second: second ? second.measure : null }
  if (first.place) return line.at(food).word && unitAt(line, food) ? null : parts
  return counted(line, food, parts)
}

interface MeasurePlace {
  measure: Measure
  place: UnitPlace | null
  end: number
}

// A number or range with the unit after it; null if there is none beyond doubt.
function measureAt(line: Line, i: number): MeasurePlace | null {
  const low = numberAt(line, i) ?? articleAt(line, i)
  const high = low && upperAt(line, low.end)
  if (!low) return null
  const start = (high ?? low).end
  const place = unitAt(line, start)
  if (place && isDoubtful(line, start, place)) return null
  const unit = place?.name ?? ''
  const quantity = low.value(unit)
  const quantity_max = high ? high.value(unit) : null
  if (!(quantity > 0) || (quantity_max !== null && !(quantity_max > quantity))) return null
  return { measure: { quantity, quantity_max, unit }, place, end: place?.end ?? start }
}

// The 1 of "a pinch".
const articleAt = (line: Line, i: number): Read | null =>
  isArticle(line.at(i).low) && unitAt(line, i + 1) ? { end: i + 1, value: () => 1 } : null

const containers = new Set(['can', 'tin', 'jar', 'package', 'packet', 'bottle', 'carton', 'bag', 'box'])

// The same in another unit, or the content of each: "1 lb (450 g)", "200g/7oz", "2 cans (400 g)".
function secondAt(line: Line, { measure: { unit }, end }: MeasurePlace) {
  const mark = line.at(end).low
  const found = mark === '(' || mark === '/' ? measureAt(line, end + 1) : null
  if (!found?.place || !isMeasured(found.measure.unit)) return null
  if (mark === '(' && line.at(found.end).low !== ')') return null
  if (!containers.has(unit) && !isMeasured(unit)) return null
  const relation = containers.has(unit) ? 'each' : 'same'
  return { measure: { ...found.measure, relation }, end: mark === '(' ? found.end + 1 : found.end }
}

// Units that may follow their food, in spellings that aren't another word.
const behind = /^(?:clove|stalk|sprig|slice|bulb)s?$/

// Counted by its own word, or by a unit right after it: "2 onions", "2 garlic cloves". Elsewhere a
// unit may be part of it: "2 heaped tablespoons", "3 Knoblauchzehen".
function counted(line: Line, food: number, parts: Amount): Amount | null {
  const last = food + new Line(parts.name).pieces.length - 1
  const unit = unitAt(line, last)
  if (last > food && unit?.end === last + 1 && behind.test(line.at(last).low)) {
    if (hasUnit(line, food, last)) return null
    return { ...parts, unit: unit.name, name: line.written(food, last) }
  }
  return hasUnit(line, food, line.pieces.length) ? null : parts
}

// A number up to a piece, whose value may depend on the unit after it.
interface Read {
  end: number
  value: (unit: string) => number
}

// Number words that aren't another word in another language, as Spanish "once" (eleven) is in
// English: "once cooled".
const numberWords =
  /^(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|zwei|drei|vier|fünf|sechs|acht|deux|trois|quatre|cinq|due|tre|quattro|dos|tres|cuatro|twee|drie|två|fyra)$/

// "2", "0.5", "½", "1/2", "1½", "1 1/2".
function numberAt(line: Line, i: number): Read | null {
  const { low, number, sign } = line.at(i)
  if (sign) return { end: i + 1, value: () => signs.get(low) ?? 0 }
  const said = numberWords.test(low) ? numberNamed(low) : undefined
  if (said !== undefined) return { end: i + 1, value: () => said }
  if (!number || !isLiteral(low)) return null
  const part = fractionAt(line, i)
  if (part) return part
  if (/[.,]/.test(low)) return { end: i + 1, value: (unit) => literal(low, unit) }
  const next = line.at(i + 1)
  const more = next.sign ? numberAt(line, i + 1) : next.glued ? null : fractionAt(line, i + 1)
  if (!more) return { end: i + 1, value: () => Number(low) }
  return { end: more.end, value: (unit) => (more.value(unit) < 1 ? Number(low) + more.value(unit) : NaN) }
}

const largestDenominator = 64

function fractionAt(line: Line, i: number): Read | null {
  const [above, slash, below] = [line.at(i), line.at(i + 1), line.at(i + 2)]
  if (!['/', '⁄', '∕'].includes(slash.low) || !slash.glued || !below.glued) return null
  if (![above, below].every(({ low }) => /^[1-9]\d?$/.test(low)) || Number(below.low) > largestDenominator)
    return null
  const value = Number(above.low) / Number(below.low)
  return { end: i + 3, value: () => value }
}

// Up to four digits, and up to three after a point or comma.
const isLiteral = (low: string) => /^(?:0|[1-9]\d{0,3})(?:[.,]\d{1,3})?$/.test(low)

const small = new Set(['g', 'ml', 'mg'])

// Three digits after a point or comma are decimals or thousands, whichever is plausible for the
// unit: kitchens weigh a thousand grams, but don't measure a thousand litres. NaN if neither is.
function literal(low: string, unit: string): number {
  const [whole = '', digits = ''] = low.split(/[.,]/)
  if (digits.length < 3 || whole === '0') return Number(`${whole}.${digits}`)
  if (small.has(unit) && whole.length === 1 && digits.endsWith('0')) return Number(whole + digits)
  return !small.has(unit) && isMetric(unit) ? Number(`${whole}.${digits}`) : NaN
}

// A range's upper end: "2-3", "2 to 3"; null if none follows.
function upperAt(line: Line, i: number): Read | null {
  const { next } = line.rangeSign(i)
  return next === i ? null : numberAt(line, next)
}

interface UnitPlace {
  name: string
  end: number
  /** Ends in an abbreviation's point. */
  dotted: boolean
}

const maxUnitPieces = 5

function unitAt(line: Line, i: number): UnitPlace | null {
  for (let end = Math.min(i + maxUnitPieces, line.pieces.length); end > i; end--) {
    const text = line.written(i, end)
    const name = line.at(i).word ? unitNamed(text) : undefined
    // ML is also the Slovak teaspoon.
    if (name !== undefined && text !== 'ML') {
      const point = line.at(end).low === '.' && line.at(end).glued
      return { name, end: point ? end + 1 : end, dotted: point || text.endsWith('.') }
    }
  }
  return null
}

// May be another unit or none, depending on the language or what follows: "1 pot" is a jar in
// Dutch, "filo" is a drizzle only in Italian, "deux quarts de tasse" is half a cup, "bouquet garni"
// is a food, and "2 cm piece" a size.
function isDoubtful(line: Line, start: number, { name, end }: UnitPlace): boolean {
  const text = line.written(start, end).toLowerCase().replace(/\.$/, '')
  const next = line.at(end).low
  const isOf = ofs.has(next)
  if (doubted.has(text) || isDozen(text) || isLength(name)) return true
  if (foreign.has(text) && !isOf) return true
  if (isNumberWord(text) && (line.at(start - 1).word || (isOf && next !== 'of'))) return true
  if (line.at(start).glued && !(isMeasured(name) && /^[a-z. ]+$/.test(text))) return true
  if (joins.has(next) || (alternatives.has(next) && !isOf)) return true
  return [1, 2, 3, 4].some((more) => notUnits.has(line.written(start, end + more).toLowerCase()))
}

// Contains no further number, even in words: no second measure, and no size of each item.
function isPlain(line: Line, from: number): boolean {
  return line.pieces
    .slice(from)
    .every(({ low, number, sign }) => !number && !sign && low !== '/' && !isNumberWord(low))
}

function hasUnit(line: Line, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (unitAt(line, i)) return true
    const head = headWord(line.written(i, i + 1))
    if (head !== '' && unitNamed(head) !== undefined) return true
  }
  return false
}

// The food, up to any remark about it.
function foodAt(line: Line, from: number): string {
  let end = from
  while (end < line.pieces.length && !/[,;(]/.test(line.at(end).low)) end++
  return line.written(from, end)
}
