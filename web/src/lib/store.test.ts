import 'fake-indexeddb/auto'
import { afterEach, expect, it } from 'vitest'
import type { Recipe } from '@/lib/api'
import { keepRecipe, store, trimKept, wipe } from './store'

afterEach(wipe)

const recipe = (n: number, version = 1) =>
  ({
    id: `recipe-${n}`,
    name: `Recipe ${n}`,
    version,
    tags: [],
    updated_at: new Date(Date.UTC(2026, 0, n)).toISOString(),
  }) as unknown as Recipe

// A late answer must not take back what is newer.
it('keeps the newer version', async () => {
  await keepRecipe(recipe(1, 3))
  await keepRecipe(recipe(1, 2))
  expect((await store.recipes.get('recipe-1'))?.recipe.version).toBe(3)
})

it('keeps what was seen and the newest of the rest', async () => {
  for (let n = 1; n <= 9; n++) await keepRecipe(recipe(n), n === 2)
  await trimKept(3)
  expect((await store.recipes.toArray()).map((each) => each.recipe.name)).toEqual([
    'Recipe 2',
    'Recipe 7',
    'Recipe 8',
    'Recipe 9',
  ])
  expect(await store.items.where('kept').equals(1).count()).toBe(4)
  expect(await store.items.count()).toBe(9)
})
