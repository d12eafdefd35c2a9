import type { Form, Row } from './form'
import { isSent, numberOf } from './form'
import { parseMinutes } from './minutes'

/** Why a field can't be saved, as a key of the words. */
export type Why = 'name' | 'number' | 'time' | 'long' | 'many'

/**
 * Trouble is what is wrong, by field, in the order of the page. A row's field is its key. What only the server knows
 * is its own words.
 */
export type Trouble = Map<string, { why: Why } | { said: string }>

const longest = { name: 200, source: 2_000, section: 200, ingredients: 500, steps: 5_000, rows: 200 }

/** troubleOf finds what the server would refuse, before it is sent. */
export function troubleOf(form: Form): Trouble {
  const trouble: Trouble = new Map()
  if (form.name.trim() === '') trouble.set('name', { why: 'name' })
  const servings = numberOf(form.servings)
  if (servings !== null && !(servings !== undefined && servings >= 0.001 && servings <= 10_000))
    trouble.set('servings', { why: 'number' })
  for (const field of ['prep', 'cook'] as const) {
    if (parseMinutes(form[field]) === undefined) trouble.set(field, { why: 'time' })
  }
  for (const list of ['ingredients', 'steps'] as const) {
    let sent = 0
    for (const row of form[list]) {
      if (isSent(row)) sent += 1
      const limit = row.kind === 'section' ? longest.section : longest[list]
      if (lengthOf(row.text) > limit) trouble.set(row.key, { why: 'long' })
      else if (sent > longest.rows && isSent(row)) trouble.set(row.key, { why: 'many' })
    }
  }
  if (lengthOf(form.source) > longest.source) trouble.set('source', { why: 'long' })
  return trouble
}

// As the server counts: characters, not halves of them.
const lengthOf = (text: string) => [...text.trim()].length

const fields: Record<string, keyof Form> = {
  name: 'name',
  servings: 'servings',
  prep_minutes: 'prep',
  cook_minutes: 'cook',
  source_url: 'source',
  description: 'description',
  notes: 'notes',
  tags: 'tags',
}

/** refusedFields finds the fields of the form that the server speaks of. */
export function refusedFields(form: Form, errors: { field: string; detail: string }[]): Trouble {
  const trouble: Trouble = new Map()
  for (const { field, detail } of errors) {
    const [, list, index] = /^(ingredients|steps)\D+(\d+)/.exec(field) ?? []
    const row = list && sentRow(form[list as 'ingredients' | 'steps'], Number(index))
    const key = row ? row.key : fields[/^\w+/.exec(field)?.[0] ?? '']
    if (key) trouble.set(key, { said: detail })
  }
  return trouble
}

function sentRow(rows: Row[], index: number): Row | undefined {
  return rows.filter(isSent)[index]
}

/** stillWrong keeps the marks of the fields that aren't right yet, and sets no new ones while somebody types. */
export function stillWrong(marked: Trouble, before: Form, form: Form): Trouble {
  const now = troubleOf(form)
  return new Map(
    [...marked].flatMap(([field, trouble]) => {
      if ('said' in trouble) return valueOf(before, field) === valueOf(form, field) ? [[field, trouble]] : []
      const found = now.get(field)
      return found ? [[field, found]] : []
    }),
  )
}

function valueOf(form: Form, field: string): unknown {
  if (field in form) return form[field as keyof Form]
  return [...form.ingredients, ...form.steps].find((row) => row.key === field)?.text
}
