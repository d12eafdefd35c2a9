// How words are compared: without case, accents and typographic variants, by their beginning, forgiving a typo.
// The server ranks by the same rules (its package wordfold); here they find in what is stored and mark matches.

const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** fold brings a text to the form in which it is compared. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => letters[letter] ?? letter)
}

/** Word is a word of a text, with where it stands in it. */
export interface Word {
  folded: string
  start: number
  end: number
}

export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu)) {
    const folded = fold(match[0]).replace(/['’]/g, '')
    words.push({ folded, start: match.index, end: match.index + match[0].length })
  }
  return words
}

export type Rank = 'exact' | 'beginning' | 'typo'
const ranks: Rank[] = ['exact', 'beginning', 'typo']

/** rankOf tells how a word of a question matches a word of a name, null for not at all. Both are folded. */
export function rankOf(asked: string, word: string): Rank | null {
  if (word === asked) return 'exact'
  if (word.startsWith(asked)) return 'beginning'
  const allowed = typosIn(asked)
  if (allowed === 0 || word[0] !== asked[0]) return null
  // A typo in what is so far only the beginning of a word is forgiven too.
  for (
    let length = asked.length - allowed;
    length <= Math.min(word.length, asked.length + allowed);
    length++
  ) {
    if (distance(asked, word.slice(0, length)) <= allowed) return 'typo'
  }
  return null
}

function typosIn(word: string) {
  if (word.length < 4) return 0
  return word.length < 8 ? 1 : 2
}

/** distance counts the letters put in, taken out, exchanged or swapped between two words (Damerau, restricted). */
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

export interface Mark {
  text: string
  marked: boolean
}

/** markMatches parts a name into pieces, those that match a word of the question marked. */
export function markMatches(name: string, question: string): Mark[] {
  const asked = wordsOf(question).map((word) => word.folded)
  const marks: Mark[] = []
  let at = 0
  for (const word of wordsOf(name)) {
    const end = markedEnd(name, word, asked)
    if (end === null) continue
    if (word.start > at) marks.push({ text: name.slice(at, word.start), marked: false })
    marks.push({ text: name.slice(word.start, end), marked: true })
    at = end
  }
  if (at < name.length) marks.push({ text: name.slice(at), marked: false })
  return marks
}

function markedEnd(name: string, word: Word, asked: string[]): number | null {
  let end: number | null = null
  for (const question of asked) {
    const rank = rankOf(question, word.folded)
    if (rank === null) continue
    const until = rank === 'beginning' ? lengthOfFolded(name, word, question.length) : word.end
    end = Math.max(end ?? 0, until)
  }
  return end
}

// A letter may fold to two (ß), or to none (a combining accent), so the length is found by folding.
function lengthOfFolded(name: string, word: Word, length: number): number {
  for (let end = word.start + 1; end < word.end; end++) {
    if (/\p{M}/u.test(name[end] ?? '')) continue
    if (fold(name.slice(word.start, end)).length >= length) return end
  }
  return word.end
}

/** find gives the items whose name has every word of the question, best first, then by name. */
export function find<T extends { name: string; tags: string[] }>(
  items: T[],
  question: string,
  tag = '',
): T[] {
  const asked = wordsOf(question).map((word) => word.folded)
  const wantedTag = fold(tag)
  const found: { item: T; rank: number; key: string }[] = []
  for (const item of items) {
    if (wantedTag && !item.tags.some((each) => fold(each) === wantedTag)) continue
    const words = wordsOf(item.name)
    const rank = worst(asked.map((each) => best(each, words)))
    if (rank === null) continue
    found.push({ item, rank, key: words.map((word) => word.folded).join(' ') })
  }
  found.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return found.map((each) => each.item)
}

function best(asked: string, words: Word[]): number | null {
  let rank: number | null = null
  for (const word of words) {
    const each = rankOf(asked, word.folded)
    if (each !== null) rank = Math.min(rank ?? ranks.length, ranks.indexOf(each))
  }
  return rank
}

function worst(each: (number | null)[]): number | null {
  let rank = 0
  for (const one of each) {
    if (one === null) return null
    rank = Math.max(rank, one)
  }
  return rank
}
