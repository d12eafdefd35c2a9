// What a line of ingredients says of its amount before the server has read it, so that a recipe that was written without
// a network scales all the same. Only plain lines are read, which begin with a number and have no other: wherever the
// server may see something else, the line stays text. Nothing of this is kept or sent.

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

/** withAmount gives a row that the server hasn't read yet its amount, where that is beyond doubt. */
export function withAmount(row: Row): Row {
  const amount = isUnread(row) && amountOf(row.text)
  if (!amount) return row
  const read = { ...row, ...amount }
  return scaleLine(read, 1, 'en')[0]?.amount ? read : row
}

// The server names the food of whatever line it has read.
const isUnread = ({ quantity, unit, name }: Row) => quantity === null && unit === '' && name === ''

type Amount = Pick<Row, 'quantity' | 'quantity_max' | 'unit' | 'name' | 'second'>

// What changes the number before it, or makes a size or a share of it.
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

// A number or a range with the unit behind; null where there is none beyond doubt.
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

// The one of "a pinch".
const articleAt = (line: Line, i: number): Read | null =>
  isArticle(line.at(i).low) && unitAt(line, i + 1) ? { end: i + 1, value: () => 1 } : null

const containers = new Set(['can', 'tin', 'jar', 'package', 'packet', 'bottle', 'carton', 'bag', 'box'])

// The same in another unit, or what each one holds: "1 lb (450 g)", "200g/7oz", "2 cans (400 g)".
function secondAt(line: Line, { measure: { unit }, end }: MeasurePlace) {
  const mark = line.at(end).low
  const found = mark === '(' || mark === '/' ? measureAt(line, end + 1) : null
  if (!found?.place || !isMeasured(found.measure.unit)) return null
  if (mark === '(' && line.at(found.end).low !== ')') return null
  if (!containers.has(unit) && !isMeasured(unit)) return null
  const relation = containers.has(unit) ? 'each' : 'same'
  return { measure: { ...found.measure, relation }, end: mark === '(' ? found.end + 1 : found.end }
}

// Of what stands behind its food, the spellings that are no other word.
const behind = /^(?:clove|stalk|sprig|slice|bulb)s?$/

// What is counted by its own word, or by a unit right behind it: "2 onions", "2 garlic cloves". A unit elsewhere may be
// one of it: "2 heaped tablespoons", "3 Knoblauchzehen".
function counted(line: Line, food: number, parts: Amount): Amount | null {
  const last = food + new Line(parts.name).pieces.length - 1
  const unit = unitAt(line, last)
  if (last > food && unit?.end === last + 1 && behind.test(line.at(last).low)) {
    if (hasUnit(line, food, last)) return null
    return { ...parts, unit: unit.name, name: line.written(food, last) }
  }
  return hasUnit(line, food, line.pieces.length) ? null : parts
}

// A number up to a piece, whose digits may depend on the unit behind.
interface Read {
  end: number
  value: (unit: string) => number
}

// Those that are no other word in another language, as the Spanish eleven is in English: "once cooled".
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

// Up to four digits, and up to three behind a point or a comma.
const isLiteral = (low: string) => /^(?:0|[1-9]\d{0,3})(?:[.,]\d{1,3})?$/.test(low)

const small = new Set(['g', 'ml', 'mg'])

// Three digits behind a point or comma are decimals or thousands, by what is plausible of the unit: a kitchen weighs a
// thousand grams, and no thousand litres. NaN where neither is.
function literal(low: string, unit: string): number {
  const [whole = '', digits = ''] = low.split(/[.,]/)
  if (digits.length < 3 || whole === '0') return Number(`${whole}.${digits}`)
  if (small.has(unit) && whole.length === 1 && digits.endsWith('0')) return Number(whole + digits)
  return !small.has(unit) && isMetric(unit) ? Number(`${whole}.${digits}`) : NaN
}

// The upper end of a range: "2-3", "2 to 3"; null where none follows.
function upperAt(line: Line, i: number): Read | null {
  const { next } = line.rangeSign(i)
  return next === i ? null : numberAt(line, next)
}

interface UnitPlace {
  name: string
  end: number
  /** It ends in the point of an abbreviation. */
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

// What may be another unit or none, by the language or by what stands behind: "1 pot" is a jar in Dutch, "filo" drizzles
// only in Italian, "deux quarts de tasse" are half a cup, "bouquet garni" is a food, and "2 cm piece" a size.
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

// What no number is in but the one before it, also none in words: no second measure, and no size of each one.
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

// The food up to what is said of it.
function foodAt(line: Line, from: number): string {
  let end = from
  while (end < line.pieces.length && !/[,;(]/.test(line.at(end).low)) end++
  return line.written(from, end)
}
