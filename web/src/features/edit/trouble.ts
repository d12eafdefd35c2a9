import type { Form, Row } from './form'
import { isSent, numberOf } from './form'
import { parseMinutes } from './minutes'

/** Why a field can't be saved, as a translation key. */
export type Why = 'name' | 'number' | 'time' | 'language' | 'long' | 'many'

/**
 * Trouble maps fields to errors, in page order. A row's field is its key. Errors that only the
 * server detects have its text.
 */
export type Trouble = Map<string, { why: Why } | { said: string }>

const longest = {
  name: 200,
  yield: 200,
  author: 200,
  nutrition: 200,
  source: 2_000,
  section: 200,
  ingredients: 500,
  steps: 5_000,
  rows: 200,
}

/** troubleOf finds what the server would refuse, before sending. */
export function troubleOf(form: Form): Trouble {
  const trouble: Trouble = new Map()
  if (form.name.trim() === '') trouble.set('name', { why: 'name' })
  const servings = numberOf(form.servings)
  if (servings !== null && !(servings !== undefined && servings >= 0.001 && servings <= 10_000))
    trouble.set('servings', { why: 'number' })
  for (const field of ['prep', 'cook', 'total'] as const) {
    if (parseMinutes(form[field]) === undefined) trouble.set(field, { why: 'time' })
  }
  if (lengthOf(form.yield) > longest.yield) trouble.set('yield', { why: 'long' })
  if (!isLanguage(form.language.trim())) trouble.set('language', { why: 'language' })
  for (const list of ['ingredients', 'steps'] as const) {
    let sent = 0
    for (const row of form[list]) {
      if (isSent(row)) sent += 1
      const limit = row.kind === 'section' ? longest.section : longest[list]
      if (lengthOf(row.text) > limit) trouble.set(row.key, { why: 'long' })
      else if (sent > longest.rows && isSent(row)) trouble.set(row.key, { why: 'many' })
    }
  }
  for (const field of ['source', 'author'] as const) {
    if (lengthOf(form[field]) > longest[field]) trouble.set(field, { why: 'long' })
  }
  if (Object.values(form.nutrition).some((value) => lengthOf(value) > longest.nutrition))
    trouble.set('nutrition', { why: 'long' })
  return trouble
}

function isLanguage(tag: string): boolean {
  if (tag === '') return true
  try {
    return tag.length <= 35 && Intl.getCanonicalLocales(tag.replaceAll('_', '-')).length === 1
  } catch {
    return false
  }
}

// Count characters like the server, not UTF-16 units.
const lengthOf = (text: string) => [...text.trim()].length

const fields: Record<string, keyof Form> = {
  name: 'name',
  servings: 'servings',
  prep_minutes: 'prep',
  cook_minutes: 'cook',
  yield: 'yield',
  total_minutes: 'total',
  source_url: 'source',
  author: 'author',
  language: 'language',
  nutrition: 'nutrition',
  description: 'description',
  notes: 'notes',
  tags: 'tags',
}

/** refusedFields returns the form's fields that the server's errors refer to. */
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

/** stillWrong keeps the marks of fields that are still wrong, and adds none while someone types. */
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
