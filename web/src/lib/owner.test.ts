import 'fake-indexeddb/auto'
import Dexie from 'dexie'
import { expect, it, vi } from 'vitest'

// Commands stored before they had owners belong to whoever was logged in last, and aren't lost.
it('gives what waited before its owner', async () => {
  vi.stubGlobal('localStorage', { getItem: (name: string) => (name === 'larder.user.kept' ? 'ada' : null) })
  const before = new Dexie('larder')
  before.version(1).stores({
    recipes: 'id, fetched_at, seen_at',
    items: 'id, kept',
    drafts: 'id',
    outbox: '++seq, recipe_id',
    notes: 'name',
  })
  await before.table('recipes').put({ id: 'r', recipe: { id: 'r', version: 1 }, fetched_at: 1, seen_at: 1 })
  await before.table('drafts').put({ id: 'new', input: { name: 'Soup' }, base: 0, written_at: 1 })
  await before.table('outbox').add({ key: 'k', recipe_id: 'r', recipe_name: 'R', kind: 'delete', body: null })
  before.close()

  const { keptFor, readDraft, store, waitingHere } = await import('./store')
  const { setPersonHere } = await import('./person')
  setPersonHere('ada')
  expect(await keptFor()).toBe('ada')
  expect(await store.recipes.count()).toBe(1)
  expect(await readDraft(undefined)).toMatchObject({ owner: 'ada', input: { name: 'Soup' } })
  expect(await waitingHere()).toMatchObject([{ owner: 'ada', key: 'k' }])
  setPersonHere('bob')
  expect(await readDraft(undefined)).toBeUndefined()
  expect(await waitingHere()).toEqual([])
})
