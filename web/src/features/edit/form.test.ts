import { describe, expect, it } from 'vitest'
import type { RecipeInput } from '@/lib/api'
import { differences, formOf, inputOf, newRow, parseList, troubleOf } from './form'

const soup: RecipeInput = {
  name: 'Soup',
  description: '',
  servings: 4,
  prep_minutes: null,
  cook_minutes: 30,
  source_url: '',
  tags: ['winter'],
  notes: '',
  ingredients: [
    { text: '1 l stock', quantity: 1, quantity_max: null, unit: 'l', name: 'stock', note: '', section: '' },
    {
      text: '2 eggs',
      quantity: 2,
      quantity_max: null,
      unit: '',
      name: 'eggs',
      note: '',
      section: 'To serve',
    },
  ],
  steps: [{ text: 'Boil it.', section: '' }],
}

describe('the form', () => {
  it('gives back what it was made of', () => expect(inputOf(formOf(soup))).toEqual(soup))

  it('forgets the parts of a line whose text was changed, and rows without text', () => {
    const form = formOf(soup)
    form.ingredients = form.ingredients.map((row) =>
      row.text === '1 l stock' ? { ...row, text: '2 l stock' } : row,
    )
    form.ingredients.push(newRow('  '))
    expect(inputOf(form).ingredients).toEqual([{ text: '2 l stock', section: '' }, soup.ingredients?.[1]])
  })

  it('takes a comma for a decimal point', () => {
    expect(inputOf({ ...formOf(soup), servings: ' 2,5 ' }).servings).toBe(2.5)
  })

  it('says what the server would refuse', () => {
    const form = {
      ...formOf(soup),
      name: ' ',
      servings: '0',
      prep: '1.5',
      cook: 'an hour',
      source: 'javascript:alert(1)',
    }
    expect(troubleOf(form)).toEqual({
      name: 'name',
      servings: 'number',
      prep: 'whole',
      cook: 'whole',
      source: 'address',
    })
    expect(troubleOf(formOf(soup))).toEqual({})
  })
})

describe('parseList', () => {
  it('makes rows, without bullets and numbers, and sections', () => {
    const rows = parseList('For the dough:\n\n- 200 g flour\n• 1 egg\n[ ] salt\r\n2 eggs\n1. Stir')
    expect(rows.map((row) => `${row.kind} ${row.text}`)).toEqual([
      'section For the dough',
      'row 200 g flour',
      'row 1 egg',
      'row salt',
      'row 2 eggs',
      'row Stir',
    ])
  })
})

describe('differences', () => {
  it('lays side by side what differs, and nothing else', () => {
    expect(differences({ ...soup, name: 'Broth', notes: 'salt' }, soup)).toEqual([
      { part: 'name', mine: 'Broth', theirs: 'Soup' },
      { part: 'notes', mine: 'salt', theirs: '' },
    ])
  })
})
