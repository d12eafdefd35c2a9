import { describe, expect, it } from 'vitest'
import { formatAmount, scaleLine } from './amount'

describe('formatAmount', () => {
  // Spoons and pieces are said in fractions, scales and jugs show decimals.
  it.each([
    [1.5, 'cup', 'en', '1 ½'],
    [0.25, 'tsp', 'en', '¼'],
    [1 / 3, 'cup', 'en', '⅓'],
    [0.6666, 'cups', 'en', '⅔'],
    [2.98, '', 'en', '3'],
    [11.2, '', 'en', '11'],
    [0.02, 'tsp', 'en', '0.02'],
    [0, '', 'en', '0'],
    [133.333, 'g', 'en', '133'],
    [0.75, 'kg', 'en', '0.75'],
    [1.5, 'l', 'de', '1,5'],
    [1500, 'g', 'de', '1.500'],
    [1.5, '', 'de', '1 ½'],
    [1.5, '', 'ar-EG', '١ ١⁄٢'],
  ])('%d %s in %s is %s', (value, unit, locale, said) => {
    expect(formatAmount(value, unit, locale)).toBe(said)
  })
})

describe('scaleLine', () => {
  const line = {
    text: '2–3 cloves garlic, sliced',
    quantity: 2,
    quantity_max: 3,
    unit: 'cloves',
    name: 'garlic',
    note: 'sliced',
  }

  it('multiplies both ends of a range', () => {
    expect(scaleLine(line, 1.5, 'en')).toEqual({ amount: '3–4 ½ cloves', rest: 'garlic, sliced' })
  })

  it('leaves a line without an amount as it was written', () => {
    const pinch = { ...line, quantity: null, quantity_max: null, text: 'a pinch of salt' }
    expect(scaleLine(pinch, 4, 'en')).toEqual({ amount: '', rest: 'a pinch of salt' })
  })
})
