import type { Recipe } from './api'

/** Nutrients are the values that a recipe may state, in the order in which they are shown. */
export const nutrients = [
  'servingSize',
  'calories',
  'fatContent',
  'saturatedFatContent',
  'unsaturatedFatContent',
  'transFatContent',
  'carbohydrateContent',
  'sugarContent',
  'fiberContent',
  'proteinContent',
  'sodiumContent',
  'cholesterolContent',
] as const satisfies readonly (keyof Recipe['nutrition'])[]
