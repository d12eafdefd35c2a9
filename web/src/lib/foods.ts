// Which foods a row names: the server's rule (recipe/food), for recipes on this device.
import tables from './foods.json'
import { keyOf } from './words'

const irregular: Record<string, string> = tables.irregular
const names: Record<string, string> = tables.names
const groups = Object.entries(tables.groups).map(([key, group]) => ({
  key,
  members: new Set(group.members),
  exceptions: new Set(group.exceptions),
  ends: group.ends,
}))

/** foodKey is equal for two names of the same food. */
export function foodKey(name: string): string {
  return keyOf(name).split(' ').map(singular).join(' ')
}

function singular(word: string): string {
  const one = irregular[word]
  if (one !== undefined) return one
  for (const { plural, singular: ending, stem } of tables.endings) {
    if (!word.endsWith(plural)) continue
    const rest = word.slice(0, word.length - plural.length)
    if (new TextEncoder().encode(rest).length >= stem) return rest + ending
  }
  return word
}

/** askedFood is the key by which a food or a group of foods is asked for. */
export function askedFood(name: string): string {
  const key = foodKey(name)
  return names[key] ?? key
}

const mostWords = 8
const substitute = 'substitute'

function groupsOf(key: string): string[] {
  const words = key.split(' ').slice(0, mostWords)
  const of = groups.filter((group) => isIn(group, words)).map((group) => group.key)
  return of.includes(substitute) ? [] : of
}

function isIn({ members, exceptions, ends }: (typeof groups)[number], words: string[]): boolean {
  let found = false
  for (let from = 0; from < words.length; from++) {
    found ||= ends.some((end) => words[from]?.endsWith(end))
    for (let to = from + 1; to <= words.length; to++) {
      const part = words.slice(from, to).join(' ')
      if (exceptions.has(part)) return false
      found ||= members.has(part)
    }
  }
  return found
}

/** foodKeys are the keys of a recipe's foods and of the groups they are in. */
export function foodKeys(rows: string[]): string[] {
  const keys = new Set(rows.map(foodKey).filter(Boolean))
  const of = [...keys].flatMap(groupsOf)
  return [...new Set([...keys, ...of])]
}

const longestPhrase = 3

/** hasFood tells whether one of a recipe's foods is asked for by the key. */
export function hasFood(keys: string[], asked: string): boolean {
  const length = asked.split(' ').length
  return keys.some((key) => {
    const words = key.split(' ').slice(0, mostWords)
    if (words.join(' ') === asked) return true
    if (length > longestPhrase) return false
    return words.some((_, from) => words.slice(from, from + length).join(' ') === asked)
  })
}
