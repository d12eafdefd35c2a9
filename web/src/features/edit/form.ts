// A recipe as it is being written: rows have keys, so that they can be moved, and numbers are what was typed.
import type { Ingredient, Recipe, RecipeInput, Step } from '@/lib/api'
import { newId } from '@/lib/id'
import { bySection } from '@/lib/sections'

export interface Row {
  key: string
  kind: 'row' | 'section'
  text: string
  /** The line as the server parsed it, as long as its text is untouched. */
  parsed?: Ingredient | undefined
}

export interface Form {
  name: string
  description: string
  servings: string
  prep: string
  cook: string
  source: string
  tags: string[]
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
    prep: number(recipe?.prep_minutes),
    cook: number(recipe?.cook_minutes),
    source: recipe?.source_url ?? '',
    tags: recipe?.tags ?? [],
    notes: recipe?.notes ?? '',
    ingredients: rowsOf((recipe?.ingredients ?? []) as Ingredient[], true),
    steps: rowsOf((recipe?.steps ?? []) as Step[], false),
  }
}

function rowsOf(lines: (Ingredient | Step)[], parsed: boolean): Row[] {
  const rows: Row[] = []
  for (const section of bySection(lines.map((line) => ({ ...line, section: line.section ?? '' })))) {
    if (section.name !== '') rows.push(newRow(section.name, 'section'))
    for (const { row } of section.rows) {
      rows.push({ ...newRow(row.text), ...(parsed && { parsed: row as Ingredient }) })
    }
  }
  return rows.length > 0 ? rows : [newRow()]
}

/** inputOf is what is sent: rows without text are left out, and a section's name goes to each of its rows. */
export function inputOf(form: Form): RecipeInput {
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    servings: numberOf(form.servings),
    prep_minutes: numberOf(form.prep),
    cook_minutes: numberOf(form.cook),
    source_url: form.source.trim(),
    tags: form.tags,
    notes: form.notes.trim(),
    ingredients: linesOf(form.ingredients, (row, section) =>
      row.parsed?.text === row.text.trim() ? { ...row.parsed, section } : { text: row.text.trim(), section },
    ),
    steps: linesOf(form.steps, (row, section) => ({ text: row.text.trim(), section })),
  }
}

function linesOf<T>(rows: Row[], line: (row: Row, section: string) => T): T[] {
  const lines: T[] = []
  let section = ''
  for (const row of rows) {
    if (row.kind === 'section') section = row.text.trim()
    else if (row.text.trim() !== '') lines.push(line(row, section))
  }
  return lines
}

// A comma is a decimal point in half of the world.
function numberOf(typed: string): number | null {
  const text = typed.trim().replace(',', '.')
  return text === '' ? null : Number(text)
}

/** Trouble names a field of the form, and what is wrong with it as a key of the words. */
export type Trouble = Partial<
  Record<'name' | 'servings' | 'prep' | 'cook' | 'source', 'name' | 'number' | 'whole' | 'address'>
>

/** troubleOf finds what the server would refuse, before it is sent. */
export function troubleOf(form: Form): Trouble {
  const trouble: Trouble = {}
  if (form.name.trim() === '') trouble.name = 'name'
  const servings = numberOf(form.servings)
  if (servings !== null && !(servings > 0 && servings <= 10_000)) trouble.servings = 'number'
  for (const field of ['prep', 'cook'] as const) {
    const minutes = numberOf(form[field])
    if (minutes !== null && !(Number.isInteger(minutes) && minutes >= 0 && minutes <= 100_000))
      trouble[field] = 'whole'
  }
  if (form.source.trim() !== '' && !/^https?:\/\/[^\s/]+/i.test(form.source.trim()))
    trouble.source = 'address'
  return trouble
}

/** parseList makes rows of a list that was pasted: bullets and numbers go, "For the sauce:" becomes a section. */
export function parseList(text: string): Row[] {
  const rows: Row[] = []
  for (const line of text.split(/\r?\n/)) {
    const clean = line
      .trim()
      .replace(/^(?:[-*•–▢☐□·]|\[[ xX]?\]|\d{1,2}[.)](?=\s))\s*/, '')
      .replace(/^#+\s*/, '')
      .trim()
    if (clean === '') continue
    const isSection = /:$/.test(clean) && clean.length <= 80
    rows.push(isSection ? newRow(clean.slice(0, -1).trim(), 'section') : newRow(clean))
  }
  return rows
}

export function sameInput(a: RecipeInput, b: RecipeInput): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export type Part =
  'name' | 'description' | 'servings' | 'times' | 'source' | 'tags' | 'notes' | 'ingredients' | 'steps'

/** differences says what two versions of a recipe say differently, in words that can be laid side by side. */
export function differences(
  mine: RecipeInput,
  theirs: RecipeInput | Recipe,
): { part: Part; mine: string; theirs: string }[] {
  const parts: Record<Part, (recipe: RecipeInput) => string> = {
    name: (recipe) => recipe.name,
    description: (recipe) => recipe.description ?? '',
    servings: (recipe) => String(recipe.servings ?? ''),
    times: (recipe) => [recipe.prep_minutes, recipe.cook_minutes].map((each) => each ?? '–').join(' + '),
    source: (recipe) => recipe.source_url ?? '',
    tags: (recipe) => (recipe.tags ?? []).join(', '),
    ingredients: (recipe) => withSections(recipe.ingredients ?? []),
    steps: (recipe) => withSections(recipe.steps ?? []),
    notes: (recipe) => recipe.notes ?? '',
  }
  return Object.entries(parts)
    .map(([part, say]) => ({ part: part as Part, mine: say(mine), theirs: say(theirs as RecipeInput) }))
    .filter((each) => each.mine !== each.theirs)
}

function withSections(lines: { text?: string; section?: string }[]) {
  return bySection(lines.map((line) => ({ text: line.text ?? '', section: line.section ?? '' })))
    .flatMap((section) => [
      ...(section.name ? [`${section.name}:`] : []),
      ...section.rows.map(({ row }) => row.text),
    ])
    .join('\n')
}
