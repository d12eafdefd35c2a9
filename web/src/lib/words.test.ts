import { describe, expect, it } from 'vitest'
import larders from '../../../internal/searchindex/searchindextest/cases.json'
import { distance, find, fold, markMatches } from './words'

describe('fold', () => {
  it.each([
    ['Zürcher', 'zurcher'],
    ['Crème BRÛLÉE', 'creme brulee'],
    ['Straße', 'strasse'],
    ['Smørrebrød', 'smorrebrod'],
  ])('%s is compared as %s', (text, folded) => expect(fold(text)).toBe(folded))
})

describe('distance', () => {
  it.each([
    ['soup', 'soup', 0],
    ['soup', 'suop', 1],
    ['shaksuka', 'shakshuka', 1],
    ['', 'abc', 3],
  ])('%s and %s are %d apart', (a, b, apart) => expect(distance(a, b)).toBe(apart))
})

describe('markMatches', () => {
  const marked = (name: string, q: string) =>
    markMatches(name, q)
      .map((part) => (part.marked ? `[${part.text}]` : part.text))
      .join('')

  it.each([
    ['Rösti', 'ros', '[Rös]ti'],
    ['Große Rösti', 'rosti gross', '[Groß]e [Rösti]'],
    ['Shakshuka', 'shaksuka', '[Shakshuka]'],
    ['Rösti', '', 'Rösti'],
    ['Rösti', 'soup', 'Rösti'],
    ["N'awlins-style rice", 'nawlins', "[N'awlins]-style rice"],
    ['Gluten-free bread', 'glutenf', '[Gluten-f]ree bread'],
    ['Kürbisschichtkuchen', 'schicht', 'Kürbis[schicht]kuchen'],
    ['Poʼboy', 'po boy', '[Po]ʼ[boy]'],
    ['Mac & Cheese', 'mac and cheese', '[Mac] & [Cheese]'],
    ['1½ cups', '½', '[1½] cups'],
    ['🍕 night', '🍕', '[🍕] night'],
    ['Straßenküche', 'strasse', '[Straße]nküche'],
  ])('%s, asked for %s', (name, q, expected) => expect(marked(name, q)).toBe(expected))
})

// Matches, their order and their counts follow the server's table of cases.
describe.each(larders)('$about', ({ names, questions }) => {
  const items = names.map((name, n) => ({ id: String(n).padStart(4, '0'), name, tags: [] }))
  it.each(questions)('finds by "$q"', ({ q, found, total, similar }) => {
    const page = find(items, q)
    expect(page.items.map((item) => item.name)).toEqual(found)
    expect([page.total, page.similar]).toEqual([total, similar])
  })
})

describe('tags', () => {
  const items = ['Soup', 'Stew'].map((name, n) => ({
    id: name,
    name,
    tags: n ? ['Été', 'gluten-free'] : ['été'],
  }))
  const names = (...tags: string[]) => find(items, '', tags).items.map((item) => item.name)

  it('are compared folded', () => expect(names('ete')).toEqual(['Soup', 'Stew']))
  it('must all match', () => expect(names('ete', 'Gluten Free')).toEqual(['Stew']))
  it('find nothing by another', () => expect(names('et')).toEqual([]))
  it('count for nothing where they are blank', () => expect(names(' ')).toEqual(['Soup', 'Stew']))
})
