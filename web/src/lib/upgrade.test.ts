import 'fake-indexeddb/auto'
import Dexie from 'dexie'
import { expect, it } from 'vitest'
import { store } from './store'

// A device that stored recipes before typed rows had parts fetches them again, and keeps the old
// ones meanwhile.
it('asks for all changes once more after rows were understood', async () => {
  const before = new Dexie('larder')
  before.version(2).stores({
    recipes: 'id, fetched_at, seen_at',
    items: 'id, kept',
    drafts: 'id, owner',
    outbox: '++seq, recipe_id, owner',
    notes: 'name',
  })
  await before.table('notes').bulkPut([
    { name: 'owner', value: 'ada' },
    { name: 'synced', value: { next: 7, at: 1 } },
  ])
  await before
    .table('recipes')
    .put({ id: 'soup', recipe: { id: 'soup', version: 1 }, fetched_at: 1, seen_at: 0 })
  before.close()

  expect(await store.notes.get('synced')).toBeUndefined()
  expect(await store.notes.get('owner')).toMatchObject({ value: 'ada' })
  expect(await store.recipes.get('soup')).toBeDefined()
})
