import { describe, expect, it } from 'vitest'
import lines from '../../../recipe/ingredient/testdata/amounts.json'
import { scaleLine } from './amount'
import { provisional } from './outbox'
import { withAmount } from './unsentRow'

type Read = [text: string, quantity: number | null, upper: number | null, unit: string, doubled: string]

// A row waiting to be sent.
function unsent(text: string) {
  const [row] = provisional('id', { name: 'Supper', ingredients: [{ text }] }, undefined).ingredients
  if (!row) throw new Error('no row')
  return row
}

const times = (text: string, factor: number) => scaleLine(withAmount(unsent(text)), factor, 'en')
const said = (text: string, factor: number) =>
  times(text, factor)
    .map((segment) => segment.text)
    .join('')

describe('withAmount', () => {
  // Every amount read without the server equals the server's in all languages' labelled lines, and
  // scales the same.
  it('never reads another amount than the server', () => {
    let read = 0
    let readByServer = 0
    for (const [text, quantity, upper, unit, doubled] of lines as Read[]) {
      if (quantity !== null) readByServer++
      const row = withAmount(unsent(text))
      if (row.quantity === null) continue
      read++
      expect([row.quantity, row.quantity_max, row.unit], text).toEqual([quantity, upper, unit])
      const amounts = times(text, 2).filter((segment) => segment.amount)
      expect(amounts.map((segment) => segment.text).join('; '), text).toBe(doubled)
    }
    expect(readByServer).toBeGreaterThan(2_000)
    expect(read / readByServer).toBeGreaterThan(0.67)
  })

  // Unsent rows scale as they will once the server has parsed them.
  it.each([
    ['600 g veal, in thin strips', '1200 g veal, in thin strips'],
    ['½ spring onion', '1 spring onion'],
    ['½ Frühlingszwiebel', '1 Frühlingszwiebel'],
    ['2 dl Rahm', '4 dl Rahm'],
    ['1 1/2 cups flour, sifted', '3 cups flour, sifted'],
    ['1½ EL Öl', '3 EL Öl'],
    ['2-3 large eggs', '4–6 large eggs'],
    ['1.000 g Mehl', '2000 g Mehl'],
    ['1,5 l milk', '3 l milk'],
    ['2 garlic cloves, crushed', '4 garlic cloves, crushed'],
    ['1 c. à s. de moutarde', '2 c. à s. de moutarde'],
    ['1 lb (450 g) beef', '2 lb (900 g) beef'],
    ['200g/7oz butter', '400g/14oz butter'],
    ['2 cans (400 g) tomatoes', '4 cans (400 g) tomatoes'],
    ['a pinch of salt', '2 pinches of salt'],
  ])('doubles %s', (text, doubled) => {
    expect(said(text, 2)).toBe(doubled)
  })

  // A wrong number is worse than none.
  it.each([
    '2 x 400 g tins tomatoes',
    '2% milk',
    '1/3foo cup',
    '2-inch piece ginger',
    '3cm/1in piece turmeric',
    '2 cans (400 g each) tomatoes',
    '2 dozen mussels',
    '4 ML sugar',
    '1 cup plus 2 tbsp oil',
    '1 cup and a half of oil',
    '400 g tin tomatoes',
    '200 g rice or 100 g barley',
    '2 quarts de tasse de riz',
    '1.333 g salt',
    'once cooled, two eggs',
    '7-Up',
    'salt',
  ])('leaves %s as it is', (text) => {
    expect(said(text, 2)).toBe(text)
  })

  it('leaves what the server has read to it', () => {
    const read = { ...unsent('2 eggs'), name: '2 eggs' }
    expect(withAmount(read)).toBe(read)
  })
})
