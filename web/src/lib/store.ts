// What this device keeps: recipes that were seen or are new, drafts, and what waits to be sent. All of it belongs
// to one user, and is wiped when that user logs out or another one logs in.
import Dexie, { type EntityTable } from 'dexie'
import { picturesCache } from '@/lib/pictures'
import type { Recipe, RecipeInput, RecipeItem } from '@/lib/api'

/** A recipe as it was when it was last fetched. */
export interface KeptRecipe {
  id: string
  recipe: Recipe
  fetched_at: number
  /** When a cook last opened it here; 0 for one that came by itself. */
  seen_at: number
}

/** A line of the list. It may be known without its recipe being kept. */
export type KeptItem = RecipeItem & { kept: 0 | 1 }

/** Something that was begun and isn't saved. */
export interface Draft {
  /** The recipe's id, or "new". */
  id: string
  input: RecipeInput
  /** The version that the cook began from; 0 for a new recipe. */
  base: number
  written_at: number
}

/** A command on its way. Its key makes sure that it is done once, however often it is sent. */
export interface Waiting {
  /** Orders the outbox. */
  seq: number
  key: string
  recipe_id: string
  recipe_name: string
  kind: 'create' | 'replace' | 'delete' | 'restore' | 'grocery'
  body: unknown
  /** The version that a replacement or deletion is based on. */
  base?: number
  queued_at: number
  /** Why the server refused it; it stays until the cook decides. */
  refused?: { status: number; detail: string; current?: Recipe }
}

export interface Note {
  name: string
  value: unknown
}

class Store extends Dexie {
  recipes!: EntityTable<KeptRecipe, 'id'>
  items!: EntityTable<KeptItem, 'id'>
  drafts!: EntityTable<Draft, 'id'>
  outbox!: EntityTable<Waiting, 'seq'>
  notes!: EntityTable<Note, 'name'>

  constructor() {
    // Strict: what is kept here is on the disk before anybody is told that it is, also where the power goes.
    super('larder', { chromeTransactionDurability: 'strict' })
    this.version(1).stores({
      recipes: 'id, fetched_at, seen_at',
      items: 'id, kept',
      drafts: 'id',
      outbox: '++seq, recipe_id',
      notes: 'name',
    })
  }
}

export const store = new Store()

/** itemOf gives a recipe as a line of the list. */
export function itemOf(recipe: Recipe): RecipeItem {
  const { id, name, version, tags, servings, prep_minutes, cook_minutes, updated_at } = recipe
  return { id, name, version, tags, servings, prep_minutes, cook_minutes, updated_at }
}

/** keepRecipe stores a recipe unless a newer version is there. Seen tells that a cook opened it. */
export async function keepRecipe(recipe: Recipe, seen = false, now = Date.now()) {
  await store.transaction('rw', store.recipes, store.items, async () => {
    const before = await store.recipes.get(recipe.id)
    if (before && before.recipe.version > recipe.version) return
    const seen_at = seen ? now : (before?.seen_at ?? 0)
    await store.recipes.put({ id: recipe.id, recipe, fetched_at: now, seen_at })
    await store.items.put({ ...itemOf(recipe), kept: 1 })
  })
}

/** keepItems stores lines of the list; it doesn't touch what is kept of the recipes themselves. */
export async function keepItems(items: RecipeItem[]) {
  await store.transaction('rw', store.items, async () => {
    const before = await store.items.bulkGet(items.map((item) => item.id))
    const next = items.map((item, i): KeptItem => ({ ...item, kept: before[i]?.kept ?? 0 }))
    await store.items.bulkPut(next.filter((item, i) => (before[i]?.version ?? 0) <= item.version))
  })
}

/** forgetRecipe takes away a recipe that is no longer there. */
export async function forgetRecipe(id: string) {
  await store.transaction('rw', store.recipes, store.items, async () => {
    await store.recipes.delete(id)
    await store.items.delete(id)
  })
}

/** Synced is how far this device has heard of the changes: the last number, and when it last asked, in ms. */
export interface Synced {
  next: number
  at: number
}

export async function readSynced(): Promise<Synced | undefined> {
  return (await store.notes.get('synced'))?.value as Synced | undefined
}

/** syncedAt is when this device last heard that it has all changes; 0 for never. */
export async function syncedAt(): Promise<number> {
  return (await readSynced())?.at ?? 0
}

export async function writeSynced(synced: Synced) {
  await store.notes.put({ name: 'synced', value: synced })
}

/** How many recipes are kept that no cook has opened here. */
const unseenKept = 500

/** trimKept takes away the recipes that nobody opened here and that aren't among the newest. */
export async function trimKept(limit = unseenKept) {
  await store.transaction('rw', store.recipes, store.items, async () => {
    if ((await store.recipes.count()) <= limit) return
    const unseen = await store.recipes.where('seen_at').equals(0).toArray()
    unseen.sort((a, b) => (a.recipe.updated_at < b.recipe.updated_at ? 1 : -1))
    const over = unseen.slice(limit).map((each) => each.id)
    await store.recipes.bulkDelete(over)
    await store.items.where('id').anyOf(over).modify({ kept: 0 })
  })
}

/** wipe takes away everything, so that the next user of this device finds nothing. */
export async function wipe() {
  // Where uploads go on that broke off: the names of files are in it.
  const names = 'localStorage' in globalThis ? Object.keys(localStorage) : []
  for (const name of names) if (name.startsWith('tus::')) localStorage.removeItem(name)
  if ('caches' in globalThis) await caches.delete(picturesCache)
  await Promise.all(store.tables.map((table) => table.clear()))
}
