import { describe, expect, it } from 'vitest'
import { headingOf, isList, parseList } from './pastedList'

const said = (text: string, kind: 'ingredients' | 'steps' = 'ingredients') =>
  parseList(text, kind).map((row) => (row.kind === 'section' ? `[${row.text}]` : row.text))

describe('parseList', () => {
  it('makes rows, without bullets and numbers, and headings', () => {
    const list =
      'For the dough:\n\n- 200 g flour\n• 1 egg\n[ ] salt\r\n2 eggs\n1. Stir\n-3 pears\n☐ 4 figs\n\t▪\t5 nuts'
    expect(said(list)).toEqual([
      '[For the dough]',
      '200 g flour',
      '1 egg',
      'salt',
      '2 eggs',
      'Stir',
      '3 pears',
      '4 figs',
      '5 nuts',
    ])
  })

  it('knows headings by a colon, by their words, by capitals and by the marks of Markdown', () => {
    const list =
      'FÜR DEN TEIG\n200 g Mehl\nFor the crust\n1 cup oats\n## Topping\nnuts\n**Sauce**\n1 l cream\nFüllung :\nQuark'
    expect(said(list)).toEqual([
      '[FÜR DEN TEIG]',
      '200 g Mehl',
      '[For the crust]',
      '1 cup oats',
      '[Topping]',
      'nuts',
      '[Sauce]',
      '1 l cream',
      '[Füllung]',
      'Quark',
    ])
  })

  it('makes no headings of a list that is all in capitals', () => {
    expect(said('SALT\nPEPPER\n2 EGGS')).toEqual(['SALT', 'PEPPER', '2 EGGS'])
  })

  it('leaves amounts at the beginning of a line alone', () => {
    expect(said('1.5 l milk\n1 ½ cups oats\n10 eggs\n3 cm ginger')).toEqual([
      '1.5 l milk',
      '1 ½ cups oats',
      '10 eggs',
      '3 cm ginger',
    ])
  })

  it('takes the numbers off steps', () => {
    expect(said('Step 1\nStir.\nSchritt 2: Backen.\n3. Cool.\n2 minutes later, turn it.', 'steps')).toEqual([
      'Stir.',
      'Backen.',
      'Cool.',
      '2 minutes later, turn it.',
    ])
  })
})

describe('headingOf', () => {
  it.each([
    ['For the crust', 'For the crust'],
    ['FOR THE CRUST', 'FOR THE CRUST'],
    ['For the crust:', 'For the crust'],
    ['Filling:', 'Filling'],
    ['Für den Teig', 'Für den Teig'],
    ['Zum Bestreuen', 'Zum Bestreuen'],
    ['Pour la pâte', 'Pour la pâte'],
    ["Per l'impasto", "Per l'impasto"],
    ['Para la masa', 'Para la masa'],
    ['Voor het deeg', 'Voor het deeg'],
    ['Till degen', 'Till degen'],
    ['للصلصة', 'للصلصة'],
    ['To serve', 'To serve'],
  ])('%s is a heading', (line, heading) => expect(headingOf(line)).toBe(heading))

  it.each([
    'salt',
    'For the crust, mix flour and butter.',
    '200 g flour for the crust',
    'Salz zum Bestreuen',
    'For the pan 1 tbsp oil',
    'flour, for dusting',
    'For frying',
    'SALT',
    'Pour the milk in',
    'Für den Teig alles verkneten',
  ])('%s is none', (line) => expect(headingOf(line)).toBeUndefined())
})

describe('isList', () => {
  it('is what has several lines', () => {
    expect(['one', 'one\n', '\n one', 'one\ntwo', 'one\r\ntwo', 'one\u2028two'].map(isList)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ])
  })
})
