import { describe, expect, it } from 'vitest'
import { formOf, newRow } from './form'
import { emptyHeadings, withHeadings } from './headings'

const heading = (text: string) => newRow(text, 'section')
const said = (form: ReturnType<typeof formOf>) =>
  form.steps.map((row) => (row.kind === 'section' ? `[${row.text}]` : row.text))
const recipe = (...steps: [text: string, section: string][]) =>
  formOf({ name: 'Pie', steps: steps.map(([text, section]) => ({ text, section })) })

describe('headings without rows', () => {
  const form = recipe(['Knead.', ''], ['Roll.', 'Crust'])
  form.steps = [
    ...form.steps.slice(0, 1),
    heading('Rest'),
    ...form.steps.slice(1),
    newRow(),
    heading('Filling'),
    heading('Icing'),
    newRow(' '),
  ]

  it('are put back where they were', () => {
    const kept = emptyHeadings('steps', form.steps)
    expect(kept.map((each) => each.text)).toEqual(['Rest', 'Filling', 'Icing'])
    expect(said(withHeadings(recipe(['Knead.', ''], ['Roll.', 'Crust']), kept, heading))).toEqual([
      'Knead.',
      '[Rest]',
      '[Crust]',
      'Roll.',
      '[Filling]',
      '[Icing]',
    ])
  })

  it('are left out where rows of another device would come under them', () => {
    const kept = emptyHeadings('steps', form.steps)
    expect(
      said(withHeadings(recipe(['Knead.', ''], ['Wait.', ''], ['Roll.', 'Crust']), kept, heading)),
    ).toEqual(['Knead.', 'Wait.', '[Filling]', '[Icing]', '[Crust]', 'Roll.'])
  })

  it('stay where there is no row at all', () => {
    const kept = emptyHeadings('steps', [heading('Filling')])
    expect(said(withHeadings(recipe(), kept, heading))).toEqual(['[Filling]'])
  })
})
