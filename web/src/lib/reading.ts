// Every possible number in a line, for the scaler (amount.ts): the same readings as the server's
// (recipe/ingredient/reading.go), from the same words.

import words from './amountWords.json'

const listed = (list: string) => new Set(list.split('|'))
const numbers: Record<string, number> = words.numbers
const wordFractions: Record<string, number> = words.fractions
const articles = listed(words.articles)
/** joins are the words for "and". */
export const joins = listed(words.and)
/** ofs are the words between an amount and its food. */
export const ofs = listed(words.of)
const dozens = listed(words.dozens)
const ordinals = listed(words.ordinals)
const ranges = listed(words.ranges)
/** isDozen reports whether a word means a dozen or the like. */
export const isDozen = (low: string) => dozens.has(low)
/** isNumberWord reports whether a word may be a number or part of one: "two", "half", "dozen". */
export const isNumberWord = (low: string) => low in numbers || low in wordFractions || isDozen(low)
/** numberNamed returns the whole number that a word stands for. */
export const numberNamed = (low: string) => (Number.isInteger(numbers[low]) ? numbers[low] : undefined)
/** isArticle reports whether a word may be an article: "a". */
export const isArticle = (low: string) => articles.has(low)
/** alternatives are the words that introduce an alternative. */
export const alternatives = listed(words.or)

/** signs are Unicode's fraction characters. */
export const signs = new Map<string, number>(
  Object.entries({
    '½': 1 / 2,
    '⅓': 1 / 3,
    '⅔': 2 / 3,
    '¼': 1 / 4,
    '¾': 3 / 4,
    '⅕': 1 / 5,
    '⅖': 2 / 5,
    '⅗': 3 / 5,
    '⅘': 4 / 5,
    '⅙': 1 / 6,
    '⅚': 5 / 6,
    '⅐': 1 / 7,
    '⅑': 1 / 9,
    '⅒': 1 / 10,
    '⅛': 1 / 8,
    '⅜': 3 / 8,
    '⅝': 5 / 8,
    '⅞': 7 / 8,
  }),
)

/** Piece is a number, word or mark in a line. */
export interface Piece {
  start: number
  end: number
  low: string
  number: boolean
  sign: boolean
  word: boolean
  /** Nothing separates it from the previous piece. */
  glued: boolean
}

/** Reading is one way to read a number: up to a piece, and multiplied if a dozen follows. */
export interface Reading {
  end: number
  value: number
  times: number
}

const none: Piece = { start: 0, end: 0, low: '', number: false, sign: false, word: false, glued: false }
const maxPieces = 160

/** Line is an ingredient line in pieces. */
export class Line {
  readonly pieces: Piece[] = []

  constructor(readonly text: string) {
    let end = -1
    for (const found of text.matchAll(
      /\d+(?:[.,]\d+)*|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅑⅒⅛⅜⅝⅞]|\p{L}[\p{L}\p{M}]*|[^\t\n\f\r \u00a0\u2009\u202f]/gu,
    )) {
      if (this.pieces.length === maxPieces) return
      const low = found[0].toLowerCase()
      this.pieces.push({
        start: found.index,
        end: found.index + found[0].length,
        low,
        number: /^\d/.test(low),
        sign: signs.has(low),
        word: /^\p{L}/u.test(low),
        glued: found.index === end,
      })
      end = found.index + found[0].length
    }
  }

  at(i: number): Piece {
    return this.pieces[i] ?? none
  }

  /** written returns the text of the pieces from start to end. */
  written(start: number, end: number): string {
    return this.text.slice(this.at(start).start, this.at(end - 1).end)
  }

  /** readings returns all ways to read a number at i, longest first. */
  readings(i: number): Reading[] {
    const all = [...this.plains(i), ...this.fractions(i), ...this.inWords(i), ...this.mixed(i)]
    for (const read of [...all]) {
      if (read.value < 1) {
        const end = this.ofOne(read.end)
        if (end > read.end) all.push({ end, value: read.value, times: 1 })
      }
      if (dozens.has(this.at(read.end).low)) all.push({ end: read.end, value: 12 * read.value, times: 12 })
    }
    return all.sort((a, b) => b.end - a.end)
  }

  // A whole number with a fraction: "1 1/2", "1½", "1-1/2", "one and a half".
  private mixed(i: number): Reading[] {
    const all: Reading[] = []
    for (const whole of [...this.plains(i), ...this.inWords(i)]) {
      let at = whole.end
      const joined = joins.has(this.at(at).low)
      if (!Number.isInteger(whole.value) || (this.at(i).word && !joined)) continue
      if (joined || this.at(at).low === '-') at++
      for (const part of this.fractions(at)) {
        if (part.value < 1 && (at > whole.end || this.at(at).sign || !this.at(at).glued))
          all.push({ end: part.end, value: whole.value + part.value, times: 1 })
      }
    }
    return all
  }

  /**
   * plains reads digits, with a point or comma for decimals or thousands, or a fraction character.
   */
  plains(i: number): Reading[] {
    const { low, sign, number, glued } = this.at(i)
    if (sign) return [{ end: i + 1, value: signs.get(low) ?? 0, times: 1 }]
    const next = this.at(i + 1)
    if (low === '.' && !glued && next.number && next.glued && !/[.,]/.test(next.low))
      return [{ end: i + 2, value: Number(`0.${next.low}`), times: 1 }]
    if (!number || this.isLabel(i)) return []
    return literals(low).map((value) => ({ end: i + 1, value, times: 1 }))
  }

  // A number that is part of a word or a percentage: "B12", "2 %".
  private isLabel(i: number): boolean {
    const before = this.at(i - 1)
    if (this.at(i).glued && before.word && before.low !== 'x' && !ranges.has(before.low)) return true
    return this.at(i + 1).low === '%' || this.at(i).low.startsWith('00')
  }

  // "1/3", "1/3rd", "½", "a third", "two thirds".
  private fractions(i: number): Reading[] {
    const { low, sign } = this.at(i)
    if (sign) return this.plains(i)
    const named = wordFractions[low]
    if (named !== undefined) return [{ end: i + 1, value: named, times: 1 }]
    const all: Reading[] = []
    for (const above of [...this.plains(i), ...this.inWords(i)]) {
      const part = wordFractions[this.at(above.end).low]
      if (part !== undefined && Number.isInteger(above.value))
        all.push({ end: above.end + 1, value: above.value * part, times: 1 })
      if (!['/', '⁄', '∕'].includes(this.at(above.end).low)) continue
      for (const below of this.plains(above.end + 1)) {
        if (below.value <= 0 || this.at(above.end + 1).sign) continue
        const ending = this.at(below.end)
        const end = ending.glued && ordinals.has(ending.low) ? below.end + 1 : below.end
        all.push({ end, value: above.value / below.value, times: 1 })
      }
    }
    return all
  }

  // "two", and the article in "a pinch".
  private inWords(i: number): Reading[] {
    const { low } = this.at(i)
    if (articles.has(low) && !this.joins(i)) return [{ end: i + 1, value: 1, times: 1 }]
    const value = numbers[low]
    return value === undefined ? [] : [{ end: i + 1, value, times: 1 }]
  }

  // An article that is another language's "and", between two words: "sap en rasp van 1 citroen".
  private joins(i: number): boolean {
    return joins.has(this.at(i).low) && i > 0 && this.at(i - 1).word && !ofs.has(this.at(i - 1).low)
  }

  // The position after the "a" in "half a lemon" and "3/4 of a cup".
  private ofOne(i: number): number {
    const at = ofs.has(this.at(i).low) ? i + 1 : i
    return articles.has(this.at(at).low) ? at + 1 : i
  }

  /**
   * rangeSign returns where a range's upper end begins, and the word before it: "2-3", "2 to 3",
   * "3- to 4".
   */
  rangeSign(i: number): { next: number; word: string } {
    let next = i
    if (isDash(this.at(next).low) || this.at(next).low === '~') next++
    if (!ranges.has(this.at(next).low)) return { next, word: '' }
    const word = this.written(next, next + 1)
    next++
    if (this.at(next).low === '-' && this.at(next).glued) next++
    return { next, word }
  }

  /**
   * follows reports whether piece i continues the number before it: the 2 of "1/2", the 3 of "2-3".
   */
  follows(i: number): boolean {
    const before = this.at(i - 1)
    const here = this.at(i)
    const isNumber = here.number || here.sign
    if (before.number || before.sign) return isNumber
    if (before.low === '/' || before.low === '⁄' || (before.low === '.' && before.glued))
      return isNumber && this.at(i - 2).number && here.glued && before.glued
    return ['-', '–', '—', '‐', '‑', '−'].includes(before.low) && isNumber && this.at(i - 2).number
  }

  /** endsInDigits reports whether a number up to a piece ends in digits rather than a word. */
  endsInDigits(end: number): boolean {
    const last = this.at(end - 1)
    return !last.word || ordinals.has(last.low)
  }
}

function isDash(low: string) {
  return low !== '' && '-–—‐‑−'.includes(low)
}

// The possible values of digits: "1.000" is one or a thousand.
function literals(text: string): number[] {
  const groups = text.split(/[.,]/)
  const last = groups.at(-1) ?? ''
  const whole = groups.slice(0, -1).join('')
  if (whole === '') return [Number(text)]
  const values = [Number(`${whole}.${last}`)]
  if (groups[0] !== '0' && groups.slice(1).every((group) => group.length === 3))
    values.push(Number(whole + last))
  return values
}
