// How words are compared: by their beginnings, ignoring case, accents and typographic variants, and
// forgiving one typo. The server folds and ranks by the same rules (its packages wordfold and
// searchindex explain each); here they search the stored data and mark matches. Both are tested
// with one table of cases.

const spelled: Record<string, string> = {
  ß: 'ss',
  ø: 'o',
  ɔ: 'o',
  æ: 'ae',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ɗ: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'ng',
  ŧ: 't',
  ĸ: 'k',
  ƙ: 'k',
  ɓ: 'b',
  ɛ: 'e',
  ə: 'e',
  ς: 'σ',
  '‧': '·',
}
const respelled = new RegExp(`[${Object.keys(spelled).join('')}]`, 'g')
const apostrophes = /[’‘‛ʼʻʽʾʿˈʹ′‵`ꞌ՚׳]/g
const accents =
  // eslint-disable-next-line no-misleading-character-class -- it matches combining marks
  /(?=\p{M})[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]|[\u00ad\u0640\u200b\u2060\ufeff]/gu
const isASCII = /^[ -~]*$/

/** fold normalizes a text for comparison, but keeps what separates words. */
export function fold(text: string): string {
  if (isASCII.test(text)) return text.toLowerCase().replace(/`/g, "'")
  const written = text
    .replace(/´/g, "'")
    .replace(/[™℠®©℗ⓇⓡⒸⓒ]/g, ' ')
    .replace(/[¼-¾⅐-⅟↉]/g, ' $&')
  return plain(plain(written)).normalize('NFC')
}

// Lower-casing can produce characters that decompose further, so do it twice.
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(accents, '')
    .toLowerCase()
    .replace(respelled, (letter) => spelled[letter] ?? letter)
    .replace(apostrophes, "'")
}

interface Token {
  word: string
  /** Its position in the folded text. */
  at: number
  /** Whether a single hyphen, apostrophe, point or ampersand joins it to the previous word. */
  joined: boolean
  /** Positions in the word where it continues after an apostrophe. */
  cuts: number[]
}

const letter = /[\p{L}\p{N}\p{M}]/u
const mark = /\p{M}/u
const selector = /\p{Variation_Selector}/u
const pictograph = /(?!\ufffd)(?=[\u2300-\u{10ffff}])\p{So}/u
const katakana = /[\p{Script=Katakana}\u3031-\u3035\u309b\u309c\u30a0\u30fc]/u
const alone =
  /[\p{Ideographic}\p{Script=Hiragana}]|(?!\p{Nd})[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}\p{Script=Ahom}]/u
const running = /[\p{Alphabetic}\p{Nd}]/u

/**
 * How a character groups with neighbours of its kind; 0 if it isn't part of words, 1 for a
 * combining mark.
 */
function kindOf(char: string): number {
  if (char < '\x80') return /[a-z0-9]/.test(char) ? 2 : 0
  if (/[\u{1f1e6}-\u{1f1ff}]/u.test(char)) return 5
  if (pictograph.test(char)) return 4
  if (!letter.test(char) || selector.test(char)) return 0
  if (mark.test(char)) return 1
  if (katakana.test(char)) return 3
  return !alone.test(char) && running.test(char) ? 2 : 4
}

/** tokensOf splits a folded text into words and "&". */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let word = ''
  let at = 0
  let cuts: number[] = []
  let kind = 0
  let gap = 'wide' as 'none' | 'joiner' | 'wide'
  const flush = () => {
    if (word) tokens.push({ word, at, joined: gap === 'joiner', cuts })
    if (word) gap = 'none'
    word = ''
    cuts = []
  }
  const chars = [...text]
  let place = 0
  for (const [i, char] of chars.entries()) {
    const next = kindOf(char)
    if (next === 1) {
      if (word) word += char
    } else if (!word && mark.test(char)) {
      // A variation selector for the character before it.
    } else if (next > 0) {
      // Kinds 2 and 3 run on; two regional indicators make one word; everything else stands alone.
      const goesOn = next === kind && (next < 4 || (next === 5 && word.length === 2))
      if (!goesOn) flush()
      if (!word) at = place
      word += char
      kind = next
    } else if (kind === 2 && word && joins(char, word, chars[i + 1] ?? '')) {
      if (char === "'") cuts.push(word.length)
    } else {
      flush()
      if (char === '&') tokens.push({ word: '&', at: place, joined: false, cuts: [] })
      gap = gap === 'none' && /[-\u2010\u2013'.&・]/.test(char) ? 'joiner' : 'wide'
    }
    place += char.length
  }
  flush()
  return tokens
}

const elided =
  /^(?:[cdjlmnstv]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|entr|all|dall|dell|nell|sull|coll|un|bell|quell|quest|sant|mezz|buon|tutt)$/

// Whether a character between two parts keeps them one word.
function joins(char: string, before: string, next: string): boolean {
  if (kindOf(next) !== 2 || /\p{N}/u.test(next) || /\p{N}$/u.test(before)) return false
  return char === '·' || (char === "'" && !(/[aeiouyh]/.test(next) && elided.test(before)))
}

const longestChain = 8

/** chainsOf groups joined tokens. */
function chainsOf(tokens: Token[]): Token[][] {
  const chains: Token[][] = []
  for (const token of tokens) {
    if (token.word === '&') continue
    const last = chains.at(-1)
    if (token.joined && last) last.push(token)
    else chains.push([token])
  }
  return chains
}

const hasDigit = (word: string) => /\p{N}/u.test(word)

// The parts as one word, unless they are numbers: 1.5 is not 15.
function joinedBy(parts: string[]): string {
  const one = parts.length > 1 && parts.length <= longestChain && parts.some((part) => !hasDigit(part))
  return one ? parts.join('') : ''
}

function partsOf({ word, cuts }: Token): { word: string; from: number }[] {
  if (cuts.length === 0) return []
  return [0, ...cuts]
    .map((from, i) => ({ word: word.slice(from, cuts[i] ?? word.length), from }))
    .filter((part) => lengthOf(part.word) > 1)
}

const ampersand = '&&'

/** A word that finds a name, and its letters' positions in the folded text. */
interface NameWord {
  word: string
  places: number[]
}

function nameWords(tokens: Token[]): NameWord[] {
  const words: NameWord[] = []
  for (const token of tokens) {
    if (token.word === '&') {
      words.push({ word: ampersand, places: [token.at, token.at] })
      continue
    }
    const places = placesOf(token)
    words.push({ word: token.word, places })
    for (const { word, from } of partsOf(token))
      words.push({ word, places: places.slice(from, from + word.length) })
  }
  for (const chain of chainsOf(tokens)) {
    for (let i = 0; i < chain.length - 1; i++) {
      const rest = chain.slice(i)
      const word = joinedBy(rest.map((token) => token.word))
      if (word) words.push({ word, places: rest.flatMap(placesOf) })
    }
  }
  return words
}

// A token's letters are consecutive, except for its apostrophes. A dropped mark shifts nothing:
// positions are only used to mark matches.
function placesOf({ word, at, cuts }: Token): number[] {
  return Array.from(word, (_, i) => at + i + cuts.filter((cut) => cut <= i).length)
}

/**
 * A query: each term has alternatives, and each alternative is a list of words that must all match.
 */
type Term = string[][]

const mostTerms = 16
const ands = new Set('and und et y e ed en och og oraz i и та και ve es و n'.split(' '))

/** termsOf returns a query's terms. */
export function termsOf(question: string): Term[] {
  const tokens = tokensOf(fold(question))
  const last = tokens.findLast((token) => token.word !== '&')
  const asked: Token[] = []
  for (const token of tokens) {
    if (token.word === '&') continue
    if (asked.length === 0 || token === last || !ands.has(token.word)) asked.push(token)
  }
  const chains = chainsOf(asked)
  const terms = new Map<string, Term>()
  for (const [i, chain] of chains.entries()) {
    const words = chain.map((token) => token.word)
    const term = [words, ...otherWays(chain, i > 0 && i === chains.length - 1)]
    const name = term.map((way) => way.join(' ')).join('|')
    if (terms.size < mostTerms) terms.set(name, terms.get(name) ?? term)
  }
  return [...terms.values()]
}

function otherWays(chain: Token[], last: boolean): Term {
  const joined = joinedBy(chain.map((token) => token.word))
  if (joined) return [[joined]]
  const [token] = chain
  if (chain.length > 1 || !token) return []
  const parts = partsOf(token).map((part) => part.word)
  const ways = readings(token.word, last)
  return parts.length > 1 ? [...ways, parts] : ways
}

function readings(word: string, last: boolean): Term {
  if (word.startsWith('و') && lengthOf(word) >= 4) return [[word.slice(1)]]
  if (!last) return []
  if (ands.has(word) && word.length > 1) return [[ampersand]]
  return [...ands].some((and) => and.startsWith(word)) ? [[ampersand.slice(1)]] : []
}

/** How well a name matches; lower is better. 0 is no match. */
type Tier = 0 | 1 | 2 | 3 | 4
const exact = 1
const beginning = 2
const typo = 3
const part = 4

function lengthOf(word: string): number {
  return /[\ud800-\udbff]/.test(word) ? [...word].length : word.length
}

/** rankOf compares a query's word with a name's. Both are folded. */
export function rankOf(asked: string, word: string): Tier {
  if (word === asked) return exact
  if (word.startsWith(asked)) return beginning
  if (resembles(asked, word)) return typo
  return partAt(asked, word) > 0 ? part : 0
}

function resembles(asked: string, word: string): boolean {
  const letters = lengthOf(asked)
  if (letters < 3 || word[0] !== asked[0] || hasDigit(asked)) return false
  const typos = letters < 6 ? 1 : 2
  if (Math.abs(asked.length - word.length) <= typos && distance(asked, word) <= typos) return true
  return letters >= 4 && letters <= 32 && beginsLike(asked, word)
}

// Whether the word begins with the query, allowing one typo before its last letter: a wrong last
// letter is a different beginning.
function beginsLike(asked: string, word: string): boolean {
  const last = asked.length - 1
  for (let i = 1; i <= last && word.startsWith(asked.slice(0, i)); i++) {
    if (word.length > i && word.startsWith(asked.slice(i), i + 1)) return true // a missing letter
    if (i === last) return false
    const after = asked.slice(i + 1)
    if (word.startsWith(after, i)) return true // an extra letter
    if (word.length > i && word.startsWith(after, i + 1)) return true // a wrong letter
    if (word.startsWith(`${asked[i + 1]}${asked[i]}${asked.slice(i + 2)}`, i)) return true // swapped letters
  }
  return false
}

// The position in the word where a second part begins with the query; -1 if none does.
function partAt(asked: string, word: string): number {
  // Scripts from Hebrew on use few letters per word.
  const [letters, head] = asked >= '\u0590' ? [2, 1] : [4, 2]
  const at = word.indexOf(asked, head)
  return at < 0 || lengthOf(asked) < letters || lengthOf(word) > 64 || hasDigit(asked) ? -1 : at
}

/**
 * distance counts insertions, deletions, substitutions and swaps between two words (restricted
 * Damerau–Levenshtein).
 */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchange = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(exchange, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) row[j] = Math.min(row[j] ?? 0, (before[j - 2] ?? 0) + 1)
    }
    before = above
    above = row
  }
  return above[b.length] ?? 0
}

function tierOf(terms: Term[], words: string[]): Tier {
  const tierOfWay = (way: string[]) =>
    worst(way.map((asked) => best(words.map((word) => rankOf(asked, word)))))
  return worst(terms.map((term) => best(term.map(tierOfWay))))
}

function best(tiers: Tier[]): Tier {
  return tiers.reduce((a, b) => (a === 0 || (b !== 0 && b < a) ? b : a), 0)
}

function worst(tiers: Tier[]): Tier {
  return tiers.reduce<Tier>((a, b) => (a === 0 || b === 0 ? 0 : b > a ? b : a), exact)
}

export interface Mark {
  text: string
  marked: boolean
}

/** markMatches splits a name into segments and marks those that match the query. */
export function markMatches(name: string, question: string): Mark[] {
  const asked = [...new Set(termsOf(question).flat(2))]
  const spans = asked.length > 0 ? spansOf(name, asked) : []
  const marks: Mark[] = []
  let at = 0
  for (const [start, end] of spans) {
    if (end <= at) continue
    const from = Math.max(start, at)
    if (from > at) marks.push({ text: name.slice(at, from), marked: false })
    const last = marks.at(-1)
    if (last?.marked && from === at) last.text += name.slice(from, end)
    else marks.push({ text: name.slice(from, end), marked: true })
    at = end
  }
  if (at < name.length) marks.push({ text: name.slice(at), marked: false })
  return marks
}

// The matching ranges of the name, in order.
function spansOf(name: string, asked: string[]): [start: number, end: number][] {
  // A character may fold to two (ß) or to none, so fold each by itself to track its position.
  const from: number[] = []
  const until: number[] = []
  let folded = ''
  for (const { 0: letters, index } of name.matchAll(/\P{M}\p{M}*|\p{M}/gsu)) {
    folded += fold(letters)
    while (from.length < folded.length) {
      from.push(index)
      until.push(index + letters.length)
    }
  }
  const spans: [number, number][] = []
  for (const { word, places } of nameWords(tokensOf(folded))) {
    for (const each of asked) {
      const tier = rankOf(each, word)
      if (tier === 0) continue
      const first = tier === part ? partAt(each, word) : 0
      const last = tier === typo ? word.length - 1 : first + each.length - 1
      const [start, end] = [from[places[first] ?? 0], until[places[last] ?? 0]]
      if (start !== undefined && end !== undefined) spans.push([start, end])
    }
  }
  return spans.sort((a, b) => a[0] - b[0] || b[1] - a[1])
}

/** keyOf is the key by which names are sorted and tags compared. */
export function keyOf(text: string): string {
  return wordsIn(text).key
}

/** tagKey is the key by which tags are compared. */
export function tagKey(tag: string): string {
  return keyOf(tag) || tag.trim()
}

/**
 * countTags returns all tags with their numbers of items, most common first, counted like the
 * server.
 */
export function countTags(items: { tags: string[] }[]): { name: string; count: number }[] {
  const counts = new Map<string, Map<string, number>>()
  for (const item of items) {
    for (const [key, name] of new Map(item.tags.toReversed().map((tag) => [tagKey(tag), tag.trim()]))) {
      const names = counts.get(key) ?? new Map<string, number>()
      counts.set(key, names.set(name, (names.get(name) ?? 0) + 1))
    }
  }
  counts.delete('')
  return [...counts]
    .map(([key, names]) => {
      const [most] = [...names].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
      return { key, name: most?.[0] ?? '', count: [...names.values()].reduce((a, b) => a + b, 0) }
    })
    .sort((a, b) => b.count - a.count || compare(a.key, b.key))
    .map(({ name, count }) => ({ name, count }))
}

interface Words {
  key: string
  words: string[]
}

// Folding thousands of names at every keystroke would be noticeable.
const known = new Map<string, Words>()
const mostKnown = 20_000

function wordsIn(name: string): Words {
  const before = known.get(name)
  if (before) return before
  const tokens = tokensOf(fold(name))
  const key = tokens.flatMap(({ word }) => (word === '&' ? [] : [word])).join(' ')
  const words = { key, words: nameWords(tokens).map(({ word }) => word) }
  if (known.size >= mostKnown) known.clear()
  known.set(name, words)
  return words
}

/** compare orders by code points, like the server. */
export function compare(a: string, b: string): number {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1)
}

export interface Found<T> {
  items: T[]
  /** The number of matches; matches with a typo count only if there are no others. */
  total: number
  /** The number of further matches with a typo. */
  similar: number
}

/**
 * find returns the items whose name has every word of the query and that have all tags, best first,
 * then by name.
 */
export function find<T extends { id: string; name: string; tags: string[] }>(
  items: T[],
  question: string,
  tags: string[] = [],
): Found<T> {
  const terms = termsOf(question)
  const wanted = tags.map(tagKey).filter(Boolean)
  const found: { item: T; tier: Tier; key: string }[] = []
  const counts = [0, 0, 0, 0, 0]
  for (const item of items) {
    if (wanted.length > 0) {
      const has = new Set(item.tags.map(tagKey))
      if (!wanted.every((tag) => has.has(tag))) continue
    }
    const { key, words } = wordsIn(item.name)
    const tier = tierOf(terms, words)
    if (tier === 0) continue
    counts[tier] = (counts[tier] ?? 0) + 1
    found.push({ item, tier, key })
  }
  found.sort((a, b) => a.tier - b.tier || compare(a.key, b.key) || compare(a.item.id, b.item.id))
  const [, exactly = 0, begun = 0, resembling = 0] = counts
  const similar = exactly + begun > 0 ? resembling : 0
  return { items: found.map((each) => each.item), total: found.length - similar, similar }
}
