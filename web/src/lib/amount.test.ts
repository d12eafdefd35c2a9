import { describe, expect, it } from 'vitest'
import scaling from '../../../recipe/ingredient/testdata/scaling.json'
import labelled from '../../../recipe/ingredient/testdata/scaling_labelled.json'
import { formatAmount, scaleLine, type Segment } from './amount'

describe('formatAmount', () => {
  // Spoons and pieces use fractions, scales and jugs decimals.
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
    [0.75, 'kg', 'de', '0,75'],
    [1.5, 'l', 'de', '1,5'],
    [1500, 'g', 'de', '1500'],
    [15000, 'g', 'de', '15.000'],
    [15000, 'g', 'en', '15,000'],
    [1.5, '', 'de', '1 ½'],
    [1.5, '', 'ar-EG', '١ ١⁄٢'],
  ])('%d %s in %s is %s', (value, unit, locale, said) => {
    expect(formatAmount(value, unit, locale)).toBe(said)
  })
})

// Amounts in guillemets, as in the table.
const marked = (segments: Segment[]) =>
  segments.map(({ text, amount }) => (amount ? `«${text}»` : text)).join('')

describe('scaleLine', () => {
  // The server's table: the same words and fractions online and offline.
  it.each([...scaling, ...labelled].map((row) => [row.text, row.factor, row.locale, row] as const))(
    '%s times %d in %s',
    (_, factor, locale, row) => {
      expect(marked(scaleLine(row, factor, locale))).toBe(row.want)
    },
  )
})
