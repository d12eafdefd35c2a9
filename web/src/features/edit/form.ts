// A recipe being edited: rows have keys, so that they can be moved, and numbers are as typed.
import type { Ingredient, Recipe, RecipeInput, Step } from '@/lib/api'
import { newId } from '@/lib/id'
import { nutrients } from '@/lib/nutrition'
import { parts, partsOf, type Part } from '@/lib/parts'
import { bySection } from '@/lib/sections'
import { parseMinutes } from './minutes'
import { plainNumbers, readNumber } from './number'
import { tagsIn } from './tags'

export interface Row {
  key: string
  kind: 'row' | 'section'
  text: string
  /** The line as the server parsed it, while its text is unchanged. */
  parsed?: Ingredient | undefined
  /** The cook has set its kind, so its words no longer decide. */
  decided?: boolean
}

export interface Form {
  name: string
  description: string
  servings: string
  yield: string
  prep: string
  cook: string
  total: string
  source: string
  author: string
  language: string
  nutrition: Partial<Record<(typeof nutrients)[number], string>>
  tags: string[]
  /** Text typed after the tags that isn't a tag yet. */
  tag: string
  notes: string
  ingredients: Row[]
  steps: Row[]
}

export const newRow = (text = '', kind: Row['kind'] = 'row'): Row => ({ key: newId(), kind, text })

export function formOf(recipe: RecipeInput | undefined): Form {
  const number = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value)
  return {
    name: recipe?.name ?? '',
    description: recipe?.description ?? '',
    servings: number(recipe?.servings),
    yield: recipe?.yield ?? '',
    prep: number(recipe?.prep_minutes),
    cook: number(recipe?.cook_minutes),
    total: number(recipe?.total_minutes),
    source: recipe?.source_url ?? '',
    author: recipe?.author ?? '',
    language: recipe?.language ?? '',
    nutrition: recipe?.nutrition ?? {},
    tags: recipe?.tags ?? [],
    tag: '',
    notes: recipe?.notes ?? '',
    ingredients: rowsOf((recipe?.ingredients ?? []) as Ingredient[], true),
    steps: rowsOf((recipe?.steps ?? []) as Step[], false),
  }
}

// Rows without a section that follow one get an empty heading: otherwise the next save would move
// them into the section above.
function rowsOf(lines: (Ingredient | Step)[], parsed: boolean): Row[] {
  const rows: Row[] = []
  for (const section of bySection(lines.map((line) => ({ ...line, section: line.section ?? '' })))) {
    if (section.name !== '' || section.at > 0) rows.push(newRow(section.name, 'section'))
    for (const { row } of section.rows) {
      rows.push({ ...newRow(row.text), ...(parsed && { parsed: row as Ingredient }) })
    }
  }
  return rows.length > 0 ? rows : [newRow()]
}

/** inputOf returns what is sent: without empty rows, and with each heading's text on its rows. */
export function inputOf(form: Form): RecipeInput {
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    servings: numberOf(form.servings) ?? null,
    yield: form.yield.trim(),
    prep_minutes: parseMinutes(form.prep) ?? null,
    cook_minutes: parseMinutes(form.cook) ?? null,
    total_minutes: parseMinutes(form.total) ?? null,
    source_url: form.source.trim(),
    author: form.author.trim(),
    language: form.language.trim(),
    nutrition: statedIn(form.nutrition),
    tags: tagsIn(form.tag, form.tags),
    notes: form.notes.trim(),
    ingredients: linesOf(form.ingredients, (row, section) =>
      row.parsed?.text === row.text.trim() ? { ...row.parsed, section } : { text: row.text.trim(), section },
    ),
    steps: linesOf(form.steps, (row, section) => ({ text: row.text.trim(), section })),
  }
}

function statedIn(nutrition: Form['nutrition']): Form['nutrition'] {
  return Object.fromEntries(
    nutrients.map((name) => [name, nutrition[name]?.trim() ?? '']).filter(([, value]) => value !== ''),
  )
}

function linesOf<T>(rows: Row[], line: (row: Row, section: string) => T): T[] {
  const lines: T[] = []
  let section = ''
  for (const row of rows) {
    if (row.kind === 'section') section = row.text.trim()
    else if (isSent(row)) lines.push(line(row, section))
  }
  return lines
}

/** isSent reports whether a row becomes a line of the recipe. */
export const isSent = (row: Row) => row.kind === 'row' && row.text.trim() !== ''

/** numberOf parses a typed number: null if there is none, undefined if it can't be parsed. */
export function numberOf(typed: string): number | null | undefined {
  const text = plainNumbers(typed).trim()
  return text === '' ? null : readNumber(text)
}

export function sameInput(a: RecipeInput, b: RecipeInput): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/**
 * sameForm reports whether two forms are equal, including what isn't sent: a heading without rows,
 * an incomplete time.
 */
export function sameForm(a: Form, b: Form): boolean {
  return written(a) === written(b)
}

function written(form: Form) {
  const rows = (list: Row[]) =>
    list.filter((row) => row.kind === 'section' || isSent(row)).map((row) => [row.kind, row.text.trim()])
  return JSON.stringify({ ...form, ingredients: rows(form.ingredients), steps: rows(form.steps) })
}

/** differences describes how two versions of a recipe differ, for a side-by-side view. */
export function differences(
  mine: RecipeInput,
  theirs: RecipeInput | Recipe,
): { part: Part; mine: string; theirs: string }[] {
  const [here, there] = [partsOf(mine), partsOf(theirs as RecipeInput)]
  return parts
    .map((part) => ({ part, mine: here[part], theirs: there[part] }))
    .filter((each) => each.mine !== each.theirs)
}
