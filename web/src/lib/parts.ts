// A recipe's parts as text, to compare two versions of it.
import type { RecipeInput } from './api'
import { bySection } from './sections'

export const parts = [
  'name',
  'description',
  'servings',
  'times',
  'ingredients',
  'steps',
  'notes',
  'tags',
  'source',
  'details',
] as const
export type Part = (typeof parts)[number]

/** partsOf returns each part as text, with a line per row, section, tag or detail. */
export function partsOf(recipe: RecipeInput): Record<Part, string> {
  const { author, language, nutrition } = recipe
  return {
    name: recipe.name,
    description: recipe.description ?? '',
    servings: [recipe.servings, recipe.yield].filter(Boolean).join(' · '),
    times: timesOf(recipe),
    source: recipe.source_url ?? '',
    tags: (recipe.tags ?? []).join(', '),
    ingredients: withSections(recipe.ingredients ?? []),
    steps: withSections(recipe.steps ?? []),
    notes: recipe.notes ?? '',
    details: [author, language, ...Object.values(nutrition ?? {})].filter(Boolean).join('\n'),
  }
}

function timesOf({ prep_minutes, cook_minutes, total_minutes }: RecipeInput): string {
  const both = [prep_minutes, cook_minutes].map((each) => each ?? '–').join(' + ')
  return total_minutes ? `${both} = ${total_minutes}` : both
}

function withSections(lines: { text?: string; section?: string }[]) {
  return bySection(lines.map((line) => ({ text: line.text ?? '', section: line.section ?? '' })))
    .flatMap((section) => [
      ...(section.name ? [`${section.name}:`] : []),
      ...section.rows.map(({ row }) => row.text),
    ])
    .join('\n')
}
