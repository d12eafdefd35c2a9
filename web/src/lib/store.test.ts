import 'fake-indexeddb/auto'
import { afterEach, expect, it } from 'vitest'
import type { Recipe } from '@/lib/api'
import { keepArriving, keepRecipe, settleArriving, store, trimKept, wipe, type Arriving } from './store'

afterEach(wipe)

const recipe = (n: number, version = 1) =>
  ({
    id: `recipe-${n}`,
    name: `Recipe ${n}`,
    version,
    tags: [],
    updated_at: new Date(Date.UTC(2026, 0, n)).toISOString(),
  }) as unknown as Recipe

// A late answer must not replace a newer one.
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

const names = async () => (await store.recipes.toArray()).map((each) => each.recipe.name).sort()

// Offline, cooks look for recipes they worked on: a large import must not push those out.
it('of many that come at once keeps the newest, and before them what was worked on', async () => {
  await keepRecipe(recipe(2), true)
  const arriving: Arriving = new Map()
  for (let n = 1; n <= 20; n++) await keepArriving([recipe(n, n === 5 ? 2 : 1)], [], arriving)
  expect(await store.recipes.count(), 'kept before it is known which are the newest').toBe(1)
  await settleArriving(arriving, 3)
  expect(await names()).toEqual(['Recipe 19', 'Recipe 2', 'Recipe 20', 'Recipe 5'])
  expect(await store.items.count()).toBe(20)
  expect(await store.items.where('kept').equals(1).count()).toBe(4)
})

it('takes over what changed of a kept recipe at once, and no older state', async () => {
  await keepRecipe(recipe(1, 2), true)
  const arriving: Arriving = new Map()
  await keepArriving([recipe(1, 3)], [], arriving)
  await keepArriving([recipe(1, 1)], [], arriving)
  expect((await store.recipes.get('recipe-1'))?.recipe.version).toBe(3)
  expect((await store.recipes.get('recipe-1'))?.seen_at).toBeGreaterThan(0)
  expect((await store.items.get('recipe-1'))?.version).toBe(3)
})

it('lets go of what was deleted while it was on its way', async () => {
  const arriving: Arriving = new Map()
  await keepArriving([recipe(1), recipe(2)], [], arriving)
  await keepArriving([], ['recipe-1'], arriving)
  await settleArriving(arriving)
  expect(await names()).toEqual(['Recipe 2'])
  expect(await store.items.count()).toBe(1)
})
