// Units and nouns, from the same words as the server's (recipe/units): which unit a spelling means,
// which units are metric, and a word's forms for one and for many.

import words from './amountWords.json'

const metric = new Set(words.metric.split('|'))
const measured = new Set(words.measured.split('|'))
const listed = (list: string) => new Set(list.split('|'))
/** foreign are spellings that may be another word in English and German. */
export const foreign = listed(words.foreign)
/** doubted are spellings shared by two units. */
export const doubted = listed(words.doubted)
/** notUnits are foods that begin with a unit. */
export const notUnits = listed(words.not_units.replaceAll(/(?<=['’]) /g, ''))
const plurals: Record<string, string> = words.plurals

// A spelling of a unit, with its forms for one and for many, and the quantity from which it
// applies.
interface Spelling {
  unit: string
  one: string
  many: string
  from: number
}

const overOne = 1.0125
const spellings = new Map<string, Spelling>()
for (const [unit, rows] of Object.entries(words.units))
  for (const row of rows.split('|')) addSpelling(unit, row)

// "tsp", "cup/cups", "2;gousse/gousses", "branches=branch/branches": in the server's notation
// (units.Words).
function addSpelling(unit: string, row: string) {
  const from = /^(\d+);/.exec(row)?.[1]
  const [, alone, forms = ''] = /^(?:\d+;)?(?:(.*)=)?(.*)$/.exec(row) ?? []
  const [one = '', many = one] = forms.split('/')
  for (const text of alone === undefined ? [one, many] : [alone]) {
    const spelling = { unit, one, many, from: from === undefined ? overOne : Number(from) }
    spellings.set(text, spelling)
    spellings.set(text.replaceAll("'", '’'), spelling)
  }
}

function spellingOf(text: string): Spelling | undefined {
  const plain = text.trim().replace(/\.$/, '')
  return (
    spellings.get(plain) ??
    spellings.get(plain.toLowerCase().replaceAll('.', ' ').split(/\s+/).filter(Boolean).join(' '))
  )
}

/** unitNamed returns the name of the unit that a text spells; undefined if it isn't one. */
export const unitNamed = (text: string) => spellingOf(text)?.unit

/** sameUnit reports whether two texts name the same unit. */
export function sameUnit(text: string, unit: string): boolean {
  return (unitNamed(text) ?? text).toLowerCase() === (unitNamed(unit) ?? unit).toLowerCase()
}

export const isMetric = (unit: string) => metric.has(unitNamed(unit) ?? '')

/** isMeasured reports whether a unit is a mass or a volume. */
export const isMeasured = (name: string) => measured.has(name)

export const isLength = (name: string) => name === 'mm' || name === 'cm' || name === 'inch'

/** unitWord returns a unit's name in its form for one or for many. */
export function unitWord(unit: string, many: boolean): string {
  const name = unitNamed(unit) ?? unit
  return many ? (plurals[name] ?? name) : name
}

/** isMany reports whether a quantity takes a noun's plural: more than one, or none. */
export const isMany = (quantity: number) => quantity > overOne || quantity === 0

interface Noun {
  one: string
  many: string
}

const nouns = new Map<string, Noun>()
for (const entry of words.nouns.split('|')) {
  const [one = '', many = ''] = entry.split(' ')
  for (const form of [one, many]) {
    nouns.set(form, { one, many })
    if (!nouns.has(form.toLowerCase())) nouns.set(form.toLowerCase(), { one, many })
  }
}

/**
 * inflect returns a word in its form for a quantity: "cup", "cups". Unknown words are returned
 * unchanged.
 */
export function inflect(word: string, quantity: number): string {
  const start = headOf(word)
  if (start < 0) return word
  const head = word.slice(start)
  const unit = spellingOf(head)
  const noun = nouns.get(head) ?? nouns.get(head.toLowerCase())
  const many = unit ? quantity >= unit.from || quantity === 0 : isMany(quantity)
  const form = ((many ? (unit ?? noun)?.many : (unit ?? noun)?.one) ?? head).toLowerCase()
  return form === head.toLowerCase() ? word : word.slice(0, start) + likeCase(form, head)
}

/**
 * headWord returns the unit or food that ends a compound: "zehe" of "Knoblauchzehe"; '' if the word
 * isn't a compound.
 */
export function headWord(word: string): string {
  const start = headOf(word)
  return start > 0 ? word.slice(start) : ''
}

const isUpper = (text: string) => /^\p{Lu}/u.test(text)

function headOf(word: string): number {
  const low = word.toLowerCase()
  if (nouns.has(word) || nouns.has(low) || spellingOf(word)) return 0
  if (low.length !== word.length) return -1
  for (let start = 1; low.length - start >= 4; start++) {
    const head = low.slice(start)
    const unit = spellingOf(head)
    if (unit && unit.one !== unit.many) return start
    const noun = nouns.get(head)
    if (noun && isUpper(noun.one) && isUpper(word)) return start
  }
  return -1
}

// Capitalize the form like the word it replaces: all capitals, initial capital, or none.
function likeCase(form: string, word: string): string {
  if (!isUpper(word)) return form
  if (word.length > 1 && word === word.toUpperCase()) return form.toUpperCase()
  return form.slice(0, 1).toUpperCase() + form.slice(1)
}
