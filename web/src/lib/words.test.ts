import { describe, expect, it } from 'vitest'
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
  ])('%s, asked for %s', (name, q, expected) => expect(marked(name, q)).toBe(expected))
})

describe('find', () => {
  const items = ['Soup', 'Soupe à l’oignon', 'Suop', 'Onion soup', 'Bread'].map((name) => ({
    name,
    tags: ['Été'],
  }))
  const names = (q: string, tag = '') => find(items, q, tag).map((item) => item.name)

  it('ranks what is spelled right before beginnings before typos, then by name', () => {
    expect(names('soup')).toEqual(['Onion soup', 'Soup', 'Soupe à l’oignon', 'Suop'])
  })

  it('wants every word', () => expect(names('onion soup')).toEqual(['Onion soup']))
  it('finds all by a blank', () => expect(names('  ')).toHaveLength(5))
  it('filters by tag whatever its accents', () => {
    expect(names('bread', 'ete')).toEqual(['Bread'])
    expect(names('bread', 'other')).toEqual([])
  })
})
