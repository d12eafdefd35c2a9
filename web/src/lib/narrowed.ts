// The list on this device, narrowed and ordered as the server would. Loaded when a cook first asks
// for it offline: the table of foods is large.
import type { Recipe, RecipeItem } from './api'
import { totalMinutes } from './duration'
import type { Filter, Sort } from './filter'
import { askedFood, foodKeys, hasFood } from './foods'
import { compare, keyOf } from './words'

/** narrowed returns the items that pass the filter, in its order; recipes are theirs, where needed. */
export function narrowed<T extends RecipeItem>(
  items: T[],
  recipes: (Recipe | undefined)[],
  filter: Filter,
): T[] {
  const wanted = filter.with.map(askedFood).filter(Boolean)
  const unwanted = filter.without.map(askedFood).filter(Boolean)
  const passed = items
    .map((item, i) => ({ item, recipe: recipes[i] }))
    .filter(({ item, recipe }) => {
      const minutes = minutesOf(item)
      if (filter.favourite && !item.favourite) return false
      if (filter.minutes && (minutes === 0 || minutes > filter.minutes)) return false
      if (wanted.length + unwanted.length === 0) return true
      const keys = foodKeys((recipe?.ingredients ?? []).map((row) => row.name))
      return wanted.every((food) => hasFood(keys, food)) && !unwanted.some((food) => hasFood(keys, food))
    })
  if (filter.sort) passed.sort(inOrder(filter.sort))
  return passed.map(({ item }) => item)
}

const minutesOf = (item: RecipeItem) => totalMinutes(item) ?? 0

interface Sorted {
  item: RecipeItem
  recipe?: Recipe | undefined
}

function inOrder(sort: Sort) {
  const by: Record<Sort, (a: Sorted, b: Sorted) => number> = {
    name: (a, b) => compare(keyOf(a.item.name), keyOf(b.item.name)),
    newest: (a, b) => latest(a.recipe?.created_at, b.recipe?.created_at),
    changed: (a, b) => latest(a.item.updated_at, b.item.updated_at),
    rating: (a, b) => (b.item.rating ?? 0) - (a.item.rating ?? 0),
    time: (a, b) => (minutesOf(a.item) || Infinity) - (minutesOf(b.item) || Infinity) || 0,
  }
  return (a: Sorted, b: Sorted) => by[sort](a, b) || compare(a.item.id, b.item.id)
}

const latest = (a = '', b = '') => Date.parse(b || '1970-01-01') - Date.parse(a || '1970-01-01')
