import { describe, expect, it } from 'vitest'
import type { RecipeInput } from '@/lib/api'
import { differences, formOf, inputOf, newRow, sameForm } from './form'

const soup: RecipeInput = {
  name: 'Soup',
  description: '',
  servings: 4,
  yield: '4 bowls',
  prep_minutes: null,
  cook_minutes: 30,
  total_minutes: 480,
  source_url: '',
  author: 'Ada',
  language: 'en-GB',
  nutrition: { servingSize: '1 bowl', calories: '90 kcal' },
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

  it('sends each of the fields of today, so that the server empties what was emptied', () => {
    const form = {
      ...formOf(soup),
      yield: ' ',
      total: '',
      author: '',
      language: '',
      nutrition: { calories: ' ' },
    }
    expect(inputOf(form)).toMatchObject({
      yield: '',
      total_minutes: null,
      author: '',
      language: '',
      nutrition: {},
    })
  })

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

  it('reads a time as cooks write it', () => {
    const input = inputOf({ ...formOf(soup), prep: '1 h 30', cook: '٤٥' })
    expect([input.prep_minutes, input.cook_minutes]).toEqual([90, 45])
  })

  it('gives back rows before the first heading, and rows without one after it', () => {
    const sections = ['', 'Dough', '', 'Filling']
    const recipe = {
      ...soup,
      steps: sections.map((section, i) => ({ text: `Step ${i}.`, section })),
      ingredients: sections.map((section, i) => ({ ...soup.ingredients?.[0], text: `${i} eggs`, section })),
    }
    expect(inputOf(formOf(recipe))).toEqual(recipe)
    expect(formOf(recipe).steps.map((row) => row.text)).toEqual([
      'Step 0.',
      'Dough',
      'Step 1.',
      '',
      'Step 2.',
      'Filling',
      'Step 3.',
    ])
  })

  it('sends a tag that is typed and was not ended', () => {
    expect(inputOf({ ...formOf(soup), tag: 'quick, Winter' }).tags).toEqual(['winter', 'quick'])
  })

  it('knows a heading without rows and half a time for a change', () => {
    const form = formOf(soup)
    expect(sameForm(form, formOf(soup))).toBe(true)
    expect(sameForm({ ...form, steps: [...form.steps, newRow()] }, formOf(soup))).toBe(true)
    expect(sameForm({ ...form, steps: [...form.steps, newRow('Icing', 'section')] }, formOf(soup))).toBe(
      false,
    )
    expect(sameForm({ ...form, prep: '1 h' }, formOf(soup))).toBe(false)
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
