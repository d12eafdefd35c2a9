import { describe, expect, it } from 'vitest'
import { formOf, newRow } from './form'
import { refusedFields, stillWrong, troubleOf } from './trouble'

const form = {
  ...formOf({ name: 'Soup' }),
  ingredients: [newRow('salt'), newRow('Dough', 'section'), newRow(), newRow('eggs')],
}
const wrong = { ...form, name: ' ', servings: '0', prep: '1.5', cook: 'soon', source: 'my grandmother' }

describe('trouble', () => {
  it('says what the server would refuse, in the order of the page', () => {
    expect([...troubleOf(wrong)]).toEqual([
      ['name', { why: 'name' }],
      ['servings', { why: 'number' }],
      ['prep', { why: 'time' }],
      ['cook', { why: 'time' }],
    ])
    expect(troubleOf(form).size).toBe(0)
  })

  it('finds a row that is too long', () => {
    const long = newRow('x'.repeat(501))
    expect([...troubleOf({ ...form, ingredients: [long] })]).toEqual([[long.key, { why: 'long' }]])
    expect(troubleOf({ ...form, ingredients: [newRow('🍋'.repeat(500))] }).size).toBe(0)
  })

  it('goes when the field is right, and comes to no other field meanwhile', () => {
    const marked = troubleOf({ ...form, prep: 'soon' })
    expect(stillWrong(marked, wrong, { ...form, prep: 'sooner', name: '' })).toEqual(
      new Map([['prep', { why: 'time' }]]),
    )
    expect(stillWrong(marked, wrong, { ...form, prep: '1 h 30' }).size).toBe(0)
  })

  it('finds the row that the server speaks of, until it is changed', () => {
    const marked = refusedFields(form, [{ field: 'ingredients[1].text', detail: 'has a control character' }])
    const [, , , eggs] = form.ingredients
    if (!eggs) throw new Error('there are four rows')
    expect(marked).toEqual(new Map([[eggs.key, { said: 'has a control character' }]]))
    expect(stillWrong(marked, form, { ...form, name: 'Broth' })).toEqual(marked)
    expect(stillWrong(marked, form, { ...form, ingredients: [{ ...eggs, text: '2 eggs' }] }).size).toBe(0)
  })
})
