// Amounts as cooks write them: 1 ½ cups, 150 g, 2–3 cloves; and ingredient lines scaled in their
// authors' own words. The server does the same (recipe/units/format.go,
// recipe/ingredient/written.go), and both are tested with recipe/ingredient/testdata/scaling.json.

import { alternatives, Line, signs, type Reading } from '@/lib/reading'
import {
  headWord,
  inflect,
  isLength,
  isMany,
  isMeasured,
  isMetric,
  sameUnit,
  unitNamed,
  unitWord,
} from '@/lib/units'

interface Numerals {
  point: string
  group: string
  zero: string
}

const english: Numerals = { point: '.', group: ',', zero: '0' }
const continental: Numerals = { point: ',', group: '.', zero: '0' }
const numerals: Record<string, Numerals> = {
  en: english,
  de: continental,
  es: continental,
  it: continental,
  nl: continental,
  fr: { ...continental, group: '\u202f' },
  sv: { ...continental, group: '\u00a0' },
  ar: { point: '٫', group: '٬', zero: '٠' },
}

const numeralsOf = (locale: string) => numerals[locale.toLowerCase().split('-')[0] ?? ''] ?? english

/** formatAmount formats a number for a unit, in the language's digits and separators. */
export function formatAmount(value: number, unit: string, locale: string): string {
  return isMetric(unit) ? decimal(value, numeralsOf(locale)) : fraction(value, numeralsOf(locale))
}

const maxPlaces = 9

// Three significant digits, and the whole integer part: nobody weighs 133.33 g.
function decimal(value: number, written: Numerals): string {
  if (value === 0) return number(0, 0, written)
  let places = 2
  while (places > 0 && value * 10 ** (places - 1) >= 100) places--
  while (places < maxPlaces && value * 10 ** places < 100) places++
  return number(value, places, written)
}

const denominators = [1, 2, 3, 4, 8, 5, 6]

// The first fraction that is close enough, otherwise the nearest; below the smallest fraction, a
// decimal.
function fraction(value: number, written: Numerals): string {
  if (value === 0) return number(0, 0, written)
  const near = Math.min(0.24, Math.max(0.0125, 0.02 * value))
  let best = { above: 0, below: 1, off: Infinity }
  for (const below of denominators) {
    const above = Math.floor(value * below + 0.5)
    const off = Math.abs(value - above / below)
    if (above > 0 && off < near) return mixed(above, below, written)
    if (above > 0 && off < best.off) best = { above, below, off }
  }
  if (best.off <= 0.15 * value) return mixed(best.above, best.below, written)
  let places = 1
  while (places < maxPlaces && value * 10 ** places < 1) places++
  return number(value, places, written)
}

function mixed(above: number, below: number, written: Numerals): string {
  const whole = Math.floor(above / below)
  const rest = above - whole * below
  if (rest === 0) return number(whole, 0, written)
  // Scripts with their own digits have no such signs, so use a fraction slash with their digits.
  const sign =
    written.zero === '0'
      ? ([...signs].find(([, value]) => Math.abs(value - rest / below) < 1e-9)?.[0] ?? '')
      : `${number(rest, 0, written)}⁄${number(below, 0, written)}`
  return whole === 0 ? sign : `${number(whole, 0, written)} ${sign}`
}

// Group thousands from ten thousand on.
function number(value: number, places: number, written: Numerals): string {
  const fixed = (Math.floor(value * 10 ** places + 0.5) / 10 ** places).toFixed(places)
  const [whole = '', rest = ''] = fixed.split('.')
  const groups = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole
  const decimals = rest.replace(/0+$/, '')
  return [...(decimals ? `${groups}.${decimals}` : groups)]
    .map((sign) => (sign === ',' ? written.group : sign === '.' ? written.point : digit(sign, written)))
    .join('')
}

const digit = (sign: string, { zero }: Numerals) =>
  String.fromCharCode(sign.charCodeAt(0) - '0'.charCodeAt(0) + zero.charCodeAt(0))

/** Segment is a piece of a line; amount says that it is the food's amount. */
export interface Segment {
  text: string
  amount: boolean
}

/** Measure is an amount in parts: a quantity, or a range, of a unit. */
export interface Measure {
  quantity: number
  quantity_max: number | null
  unit: string
}

/** Row is an ingredient line with its parts. */
export interface Row {
  text: string
  quantity: number | null
  quantity_max: number | null
  unit: string
  name: string
  note: string
  second?: (Measure & { relation: string }) | null
}

/**
 * scaleLine scales a line by a factor in its own words. It replaces only numbers that match the
 * parsed ones; if it can't find them, it composes the line from its parts. Factor 1 keeps the text,
 * except for a number that a program wrote (0.3333333 cup).
 */
export function scaleLine(row: Row, factor: number, locale: string): Segment[] {
  const asWritten = [{ text: row.text, amount: false }]
  if (row.quantity === null) return asWritten
  const first = { quantity: row.quantity, quantity_max: row.quantity_max, unit: row.unit }
  const line = new Line(row.text)
  const found = places(line, first, row.second ?? null)
  if (!found) return factor !== 1 && row.name !== '' ? compose(row, first, factor, locale) : asWritten
  const scaler = new Scaler(line, factor, locale)
  for (const place of found) scaler.put(place)
  if (found[1] && row.second?.relation === 'same') scaler.sameAgain(found[1].end)
  if (factor !== 1) scaler.inflect(found[0], row)
  if (!row.second) scaler.instead(found[0].end)
  return scaler.segments()
}

/** textOf returns a line without marking amounts. */
export const textOf = (segments: Segment[]) => segments.map((segment) => segment.text).join('')

// A number in the pieces from start to end, with the unit that follows it.
interface NumberPlace {
  start: number
  end: number
  times: number
  unitEnd: number
}

// Where an amount is written: the number, or a range's two, and the unit after it.
interface Place {
  measure: Measure
  from: NumberPlace
  to: NumberPlace | null
  sign: string
  end: number
}

// The amount and, if it is scaled, the second measure; null if not everything was found.
function places(line: Line, first: Measure, second: Row['second']): [Place] | [Place, Place] | null {
  const found = find(line, first, !second, 0, 0)
  if (!found) return null
  if (!second || second.relation === 'each') return [found]
  const more = find(line, second, false, found.from.start, found.end)
  return more && [found, more]
}

// The first place where the measure is written with its unit, otherwise the first with its number.
// The pieces from start to end are taken.
function find(line: Line, measure: Measure, alone: boolean, start: number, end: number): Place | null {
  let found: Place | null = null
  for (let i = 0; i < line.pieces.length; i++) {
    if ((i >= start && i < end) || line.follows(i)) continue
    const here = placeAt(line, i, measure, alone)
    if (!here) continue
    if (measure.unit === '' || here.end > (here.to ?? here.from).end) return here
    found ??= here
  }
  return found
}

function placeAt(line: Line, i: number, measure: Measure, alone: boolean): Place | null {
  let longest = 0
  for (const read of line.readings(i)) {
    if (line.endsInDigits(read.end)) longest = Math.max(longest, read.end)
    if (measure.quantity_max !== null) {
      const found = rangeAt(line, i, read, measure, measure.quantity_max)
      if (found) return found
      continue
    }
    const isPart = read.end < longest && line.at(longest).low !== '-' && line.at(i).number && read.times === 1
    if (!near(read.value, measure.quantity) || isPart) continue
    if (alone && beginsRange(line, read)) continue
    const unit = unitEnd(line, read.end, measure.unit)
    return {
      measure,
      from: { start: i, end: read.end, times: read.times, unitEnd: unit },
      to: null,
      sign: '',
      end: unit,
    }
  }
  return null
}

function beginsRange(line: Line, read: Reading): boolean {
  const { next } = line.rangeSign(read.end)
  return next > read.end && line.plains(next).some((upper) => upper.value > read.value)
}

function rangeAt(line: Line, i: number, low: Reading, measure: Measure, upper: number): Place | null {
  for (const at of [unitEnd(line, low.end, measure.unit), low.end]) {
    const { next, word } = line.rangeSign(at)
    if (next === at) continue
    for (const high of line.readings(next)) {
      const same = near(low.value, measure.quantity)
      if ((!same && !near(low.value * high.times, measure.quantity)) || !near(high.value, upper)) continue
      const from = { start: i, end: low.end, times: same ? low.times : high.times, unitEnd: at }
      const end = unitEnd(line, high.end, measure.unit)
      return {
        measure,
        from,
        to: { start: next, end: high.end, times: high.times, unitEnd: end },
        sign: word,
        end,
      }
    }
  }
  return null
}

// Parts are stored with six digits.
const near = (read: number, part: number) => Math.abs(read - part) <= 1e-5 * Math.max(1, Math.abs(part))

// A unit has at most five pieces: "c. à s.".
const maxUnitPieces = 5

// The position after the unit that follows at i, including a hyphen before it; i if it doesn't
// follow.
function unitEnd(line: Line, i: number, unit: string): number {
  if (unit === '' || i >= line.pieces.length) return i
  const at = line.at(i).low === '-' && line.at(i).glued ? i + 1 : i
  for (let n = Math.min(maxUnitPieces, line.pieces.length - at); n > 0; n--) {
    if (sameUnit(line.written(at, at + n), unit)) return at + n
  }
  return i
}

// Six decimals, so that three thirds are one again.
const rounded = (value: number) => Math.round(value * 1e6) / 1e6

interface Edit {
  start: number
  end: number
  text: string
}

class Scaler {
  private readonly edits: Edit[] = []
  private readonly amounts: { start: number; end: number }[] = []

  constructor(
    private readonly line: Line,
    private readonly factor: number,
    private readonly locale: string,
  ) {}

  put({ measure, from, to, sign, end }: Place) {
    this.amounts.push({ start: from.start, end })
    if (this.factor === 1 && !this.byProgram(from) && !(to && this.byProgram(to))) return
    const low = measure.quantity * this.factor
    const lowText = formatAmount(rounded(low / from.times), measure.unit, this.locale)
    if (!to || measure.quantity_max === null) {
      this.edit(from.start, from.end, lowText)
      this.inflectPieces(from, low, measure.unit)
      return
    }
    const high = measure.quantity_max * this.factor
    const highText = formatAmount(rounded(high / to.times), measure.unit, this.locale)
    this.inflectPieces(to, high, measure.unit)
    if (lowText === highText && from.times === to.times) this.edit(from.start, to.end, lowText)
    else if (from.unitEnd > from.end) {
      this.edit(from.start, from.end, lowText)
      this.inflectPieces(from, low, measure.unit)
      this.edit(to.start, to.end, highText)
    } else if (sign !== '') this.edit(from.start, to.end, `${lowText} ${sign} ${highText}`)
    else this.edit(from.start, to.end, `${lowText}–${highText}`)
  }

  private edit(start: number, end: number, text: string) {
    this.edits.push({ start, end, text })
  }

  // More digits than a person writes.
  private byProgram({ start, end }: NumberPlace): boolean {
    return this.line.pieces.slice(start, end).some(({ number, low }) => number && /[.,]\d{4,}$/.test(low))
  }

  /** sameAgain scales further equivalents: "1 qt (32 oz, 950 ml)". */
  sameAgain(from: number) {
    let at = from
    while ([',', '/', '|', '=', '('].includes(this.line.at(at).low)) {
      const next = this.measureAt(at + 1, isMeasured)
      if (next === at + 1) return
      at = next
    }
  }

  /** instead scales alternatives outside of parentheses: "200 g rice or 100 g barley". */
  instead(from: number) {
    let depth = 0
    for (let at = from; at < this.line.pieces.length; at++) {
      const { low } = this.line.at(at)
      if (low === '(' || low === '[') depth++
      else if (low === ')' || low === ']') depth--
      else if (depth === 0 && alternatives.has(low)) this.measureAt(at + 1, (unit) => !isLength(unit))
    }
  }

  // Scales the number with such a unit at a piece, and returns the position after it; at if there
  // is none.
  private measureAt(at: number, is: (unit: string) => boolean): number {
    for (const read of this.line.readings(at)) {
      for (let n = Math.min(maxUnitPieces, this.line.pieces.length - read.end); n > 0; n--) {
        const unit = this.line.written(read.end, read.end + n)
        const name = unitNamed(unit)
        if (name === undefined || !is(name)) continue
        const end = read.end + n
        const from = { start: at, end: read.end, times: read.times, unitEnd: end }
        this.put({
          measure: { quantity: read.value, quantity_max: null, unit },
          from,
          to: null,
          sign: '',
          end,
        })
        return end
      }
    }
    return at
  }

  private inflectPieces({ end, unitEnd }: NumberPlace, quantity: number, unit: string) {
    if (this.factor === 1 || unit === '') return
    for (let i = end; i < unitEnd; i++) this.inflectPiece(i, rounded(quantity))
  }

  private inflectPiece(i: number, quantity: number) {
    const was = this.line.written(i, i + 1)
    const now = inflect(was, quantity)
    const next = this.line.at(i + 1)
    if (now !== was && !(next.low === '(' && next.glued)) this.edit(i, i + 1, now) // "clove(s)" is both already
  }

  /**
   * inflect adjusts the number of a later unit or counted noun to the amount: "1 (14 oz) can", "1
   * onion".
   */
  inflect(first: Place, row: Row) {
    if (first.end > (first.to ?? first.from).end || row.quantity === null) return
    const counted = new Line(row.name).pieces.findLast((piece) => piece.word)?.low
    const isNoun = (word: string) => {
      if (row.unit === '') return word.toLowerCase() === counted
      const head = headWord(word)
      return sameUnit(word, row.unit) || (head !== '' && sameUnit(head, row.unit))
    }
    for (let i = first.end; i < this.line.pieces.length; i++) {
      if (!this.line.at(i).word || !isNoun(this.line.written(i, i + 1))) continue
      this.inflectPiece(i, rounded((row.quantity_max ?? row.quantity) * this.factor))
      return
    }
  }

  segments(): Segment[] {
    this.edits.sort((a, b) => a.start - b.start)
    this.amounts.sort((a, b) => a.start - b.start)
    const segments: Segment[] = []
    let at = 0
    for (const { start, end } of this.amounts) {
      const from = this.line.at(start).start
      const to = this.line.at(end - 1).end
      segments.push(
        { text: this.edited(at, from), amount: false },
        { text: this.edited(from, to), amount: true },
      )
      at = to
    }
    segments.push({ text: this.edited(at, this.line.text.length), amount: false })
    return segments.filter(({ text }) => text !== '')
  }

  private edited(from: number, to: number): string {
    let text = ''
    let at = from
    for (const { start, end, text: instead } of this.edits) {
      const first = this.line.at(start).start
      const last = this.line.at(end - 1).end
      if (first < at || last > to) continue
      text += this.line.text.slice(at, first) + instead
      at = last
    }
    return text + this.line.text.slice(at, to)
  }
}

// A line composed from its parts: "800 g (2 tins) tomatoes, warm".
function compose(row: Row, first: Measure, factor: number, locale: string): Segment[] {
  const segments = [{ text: measureText(first, factor, locale), amount: true }]
  const add = (text: string, amount = false) => {
    const last = segments.at(-1)
    if (last?.amount === amount) last.text += text
    else segments.push({ text, amount })
  }
  const { second } = row
  if (second) {
    const each = second.relation === 'each'
    add(second.relation === 'plus' ? ' plus ' : ' (')
    add(measureText(second, each ? 1 : factor, locale), !each)
    if (second.relation !== 'plus') add(each ? ' each)' : ')')
  }
  add(` ${row.name}`)
  if (row.note !== '') add(`, ${row.note}`)
  return segments
}

function measureText(measure: Measure, factor: number, locale: string): string {
  const low = rounded(measure.quantity * factor)
  const high = measure.quantity_max === null ? low : rounded(measure.quantity_max * factor)
  const [from, to] = [low, high].map((value) => formatAmount(value, measure.unit, locale))
  const amount = from === to ? from : `${from}–${to}`
  const word = unitWord(measure.unit, isMany(high))
  return word === '' ? `${amount}` : `${amount} ${word}`
}
