// What this device stores. Recipes belong to the person whose device it is now, and are removed
// when that person logs out or another logs in. Drafts and the outbox name their owner and remain
// until the owner is back: nothing of them is shown or sent for anyone else.
import Dexie, { type EntityTable } from 'dexie'
import { personHere } from '@/lib/person'
import type { Recipe, RecipeInput, RecipeItem } from '@/lib/api'

/** A recipe as last fetched. */
export interface KeptRecipe {
  id: string
  recipe: Recipe
  fetched_at: number
  /** When a cook last opened it here; 0 if never. */
  seen_at: number
}

/** A line of the list. Its recipe need not be stored. */
export type KeptItem = RecipeItem & { kept: 0 | 1 }

/** Unsaved work. */
export interface Draft {
  /** Its owner and the recipe's id, or "new"; see draftKey. */
  id: string
  owner: string
  /** The recipe's id, which a new recipe has from the start. */
  recipe_id?: string | undefined
  input: RecipeInput
  /**
   * The editor's whole state, including what can't be sent yet; absent for a resumed refused
   * change.
   */
  form?: unknown
  /** The version that the cook started from; 0 for a new recipe. */
  base: number
  /** That version's content, if known. */
  from?: RecipeInput | undefined
  /** Identifies the refused change it resumes, with a new value each time. */
  again?: string | undefined
  written_at: number
}

/** A command in the outbox. Its key ensures that it is done once, however often it is sent. */
export interface Waiting {
  /** Orders the outbox. */
  seq: number
  /** The id of the person who issued it. */
  owner: string
  key: string
  recipe_id: string
  recipe_name: string
  kind: 'create' | 'replace' | 'delete' | 'restore' | 'mark' | 'grocery' | 'file'
  body: unknown
  /** The editor's state, if it is a draft that was set aside. */
  form?: unknown
  /** A file added while editing: it is sent with its recipe's save. */
  held?: boolean
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
    // Strict: data is on disk before anyone is told so, even if the power fails.
    super('larder', { chromeTransactionDurability: 'strict' })
    this.version(1).stores({
      recipes: 'id, fetched_at, seen_at',
      items: 'id, kept',
      drafts: 'id',
      outbox: '++seq, recipe_id',
      notes: 'name',
    })
    this.version(2)
      .stores({ drafts: 'id, owner', outbox: '++seq, recipe_id, owner' })
      .upgrade(async (change) => {
        // Up to here everything belonged to whoever was logged in last.
        const owner = localStorage.getItem('larder.user.kept') ?? ''
        const drafts = change.table<Draft, string>('drafts')
        const before = await drafts.toArray()
        await drafts.clear()
        await drafts.bulkAdd(before.map((draft) => ({ ...draft, owner, id: `${owner}/${draft.id}` })))
        await change.table<Waiting, number>('outbox').toCollection().modify({ owner })
        if (owner) await change.table<Note, string>('notes').put({ name: 'owner', value: owner })
      })
    // Up to here, fetched recipes lacked the parts of typed rows, at unchanged versions. So fetch
    // all changes again, and keep the stored data meanwhile.
    this.version(3).upgrade((change) => change.table<Note, string>('notes').delete('synced'))
  }
}

export const store = new Store()

/** ownerHere is the owner of this page's drafts and commands. */
export function ownerHere(): string {
  return personHere() ?? ''
}

/**
 * ifOurs changes stored data unless the device belongs to someone else by now: an answer may
 * arrive, or a page wake up, after another page has logged out or logged another person in.
 */
async function ifOurs(change: () => Promise<void>): Promise<void> {
  await store.transaction('rw', store.recipes, store.items, store.drafts, store.notes, async () => {
    if (await isOurs()) await change()
  })
}

/** isOurs reports whether the stored data belongs to this page's person. */
export async function isOurs(): Promise<boolean> {
  return ((await keptFor()) ?? null) === personHere()
}

/** The device's owner after a logout: a page that hasn't noticed yet can't store anything. */
export const nobody = ''

/** keptFor is the id of the device's owner, nobody after a logout; undefined on a new device. */
export async function keptFor(): Promise<string | undefined> {
  return (await store.notes.get('owner'))?.value as string | undefined
}

/**
 * readNote returns this page's person's note with a name; undefined if the device belongs to
 * someone else by now.
 */
export async function readNote<T>(name: string): Promise<T | undefined> {
  const note = await store.notes.get(name)
  return (await isOurs()) ? (note?.value as T | undefined) : undefined
}

/** changeNote updates a note of this page's person, based on its previous value. */
export function changeNote<T>(name: string, how: (before: T | undefined) => T): Promise<void> {
  return ifOurs(async () => {
    await store.notes.put({ name, value: how(await readNote<T>(name)) })
  })
}

/**
 * takeDevice assigns this device to a person. It removes other people's stored data, but not their
 * outboxes and drafts.
 */
export async function takeDevice(person: string) {
  await store.transaction('rw', store.tables, async () => {
    const owner = await keptFor()
    if (owner !== undefined && owner !== person) await wipe('keep')
    await store.notes.put({ name: 'owner', value: person })
  })
}

/** waitingHere returns this page's person's unfinished commands, in order. */
export function waitingHere(): Promise<Waiting[]> {
  return store.outbox.where('owner').equals(ownerHere()).sortBy('seq')
}

function draftKey(recipe: string | undefined): string {
  return `${ownerHere()}/${recipe ?? 'new'}`
}

/**
 * readDraft returns this page's person's unsaved draft of a recipe or, for undefined, of a new one.
 */
export function readDraft(recipe: string | undefined): Promise<Draft | undefined> {
  return store.drafts.get(draftKey(recipe))
}

export async function keepDraft(recipe: string | undefined, draft: Omit<Draft, 'id' | 'owner'>) {
  const written = { ...draft, id: draftKey(recipe), owner: ownerHere() }
  await ifOurs(async () => {
    await store.drafts.put(written)
  })
}

export async function dropDraft(recipe: string | undefined) {
  await store.drafts.delete(draftKey(recipe))
}

/** itemOf returns a recipe as a line of the list. */
export function itemOf(recipe: Recipe): RecipeItem {
  const { id, name, version, tags, servings, total_minutes, prep_minutes, cook_minutes, updated_at } = recipe
  const { favourite, rating } = recipe
  return {
    id,
    name,
    version,
    tags,
    servings,
    total_minutes,
    prep_minutes,
    cook_minutes,
    updated_at,
    favourite: favourite ?? false,
    rating: rating ?? null,
  }
}

/**
 * keepRecipe stores a recipe unless a newer version is stored; seen means that a cook opened it.
 */
export async function keepRecipe(recipe: Recipe, seen = false, now = Date.now()) {
  await ifOurs(async () => {
    const before = await store.recipes.get(recipe.id)
    if (before && before.recipe.version > recipe.version) return
    const seen_at = seen ? now : (before?.seen_at ?? 0)
    await store.recipes.put({ id: recipe.id, recipe, fetched_at: now, seen_at })
    await store.items.put({ ...itemOf(recipe), kept: 1 })
  })
}

/** keepItems stores lines of the list, without changing stored recipes. */
export async function keepItems(items: RecipeItem[]) {
  await ifOurs(async () => {
    const before = await store.items.bulkGet(items.map((item) => item.id))
    const next = items.map((item, i): KeptItem => ({ ...item, kept: before[i]?.kept ?? 0 }))
    await store.items.bulkPut(next.filter((item, i) => (before[i]?.version ?? 0) <= item.version))
  })
}

/** forgetRecipe removes a recipe that no longer exists. */
export async function forgetRecipe(id: string) {
  await ifOurs(async () => {
    await store.recipes.delete(id)
    await store.items.delete(id)
  })
}

/**
 * Synced is this device's position in the changes: the last number, and when it last asked, in ms.
 */
export interface Synced {
  next: number
  at: number
}

export async function readSynced(): Promise<Synced | undefined> {
  return (await store.notes.get('synced'))?.value as Synced | undefined
}

/** syncedAt returns when this device last knew it had all changes; 0 for never. */
export async function syncedAt(): Promise<number> {
  return (await readSynced())?.at ?? 0
}

export async function writeSynced(synced: Synced) {
  await ifOurs(async () => {
    await store.notes.put({ name: 'synced', value: synced })
  })
}

/** How many recipes that no cook has opened here are stored. */
const unseenKept = 500

/** Recipes that arrived but aren't stored yet: of many at once, only the first are stored. */
export type Arriving = Map<string, Recipe>

/**
 * keepArriving applies recipes that were changed or deleted elsewhere. All become lines of the
 * list. Stored recipes are updated; new ones wait in arriving until settleArriving chooses.
 */
export async function keepArriving(recipes: Recipe[], gone: string[], arriving: Arriving, now = Date.now()) {
  await ifOurs(async () => {
    for (const id of gone) arriving.delete(id)
    await store.recipes.bulkDelete(gone)
    await store.items.bulkDelete(gone)
    const ids = recipes.map((recipe) => recipe.id)
    const kept = await store.recipes.bulkGet(ids)
    const listed = await store.items.bulkGet(ids)
    const newer = recipes.filter((recipe, i) => (listed[i]?.version ?? 0) <= recipe.version)
    const here = new Map(kept.flatMap((each) => (each ? [[each.id, each]] : [])))
    await store.items.bulkPut(newer.map((each) => ({ ...itemOf(each), kept: here.has(each.id) ? 1 : 0 })))
    await store.recipes.bulkPut(
      recipes.flatMap((recipe): KeptRecipe[] => {
        const before = here.get(recipe.id)
        if (!before || before.recipe.version > recipe.version) return []
        return [{ id: recipe.id, recipe, fetched_at: now, seen_at: before.seen_at }]
      }),
    )
    for (const recipe of recipes) if (!here.has(recipe.id)) arriving.set(recipe.id, recipe)
  })
  if (arriving.size <= 2 * unseenKept) return
  const least = [...arriving.values()].sort(byWorth).slice(unseenKept)
  for (const { id } of least) arriving.delete(id)
}

/** settleArriving stores the best of the arrived recipes, and removes those they displace. */
export async function settleArriving(arriving: Arriving, limit = unseenKept, now = Date.now()) {
  const recipes = [...arriving.values()].sort(byWorth).slice(0, limit)
  arriving.clear()
  if (recipes.length === 0) return
  await ifOurs(async () => {
    const here = await store.recipes.bulkGet(recipes.map((recipe) => recipe.id))
    const fresh = recipes.filter((recipe, i) => (here[i]?.recipe.version ?? 0) < recipe.version)
    const seen = new Map(here.flatMap((each) => (each ? [[each.id, each.seen_at]] : [])))
    await store.recipes.bulkPut(
      fresh.map((recipe) => ({ id: recipe.id, recipe, fetched_at: now, seen_at: seen.get(recipe.id) ?? 0 })),
    )
    await store.items.bulkPut(fresh.map((recipe) => ({ ...itemOf(recipe), kept: 1 })))
  })
  await trimKept(limit)
}

// Recipes a cook has worked on come before untouched imports, then newest first.
function byWorth(a: Recipe, b: Recipe): number {
  const touched = Number(b.version > 1) - Number(a.version > 1)
  return touched || (a.updated_at < b.updated_at ? 1 : -1)
}

/**
 * trimKept removes recipes that nobody opened or wrote here and that aren't among the first of the
 * rest. Recipes written on this device count as opened.
 */
export async function trimKept(limit = unseenKept) {
  await store.transaction('rw', store.recipes, store.items, async () => {
    if ((await store.recipes.count()) <= limit) return
    const unseen = await store.recipes.where('seen_at').equals(0).toArray()
    unseen.sort((a, b) => byWorth(a.recipe, b.recipe))
    const over = unseen.slice(limit).map((each) => each.id)
    await store.recipes.bulkDelete(over)
    await store.items.where('id').anyOf(over).modify({ kept: 0 })
  })
}

/**
 * wipe removes everyone's stored data. Outbox and drafts are kept for their owners if unsent is
 * 'keep'; otherwise they are removed too.
 */
export async function wipe(unsent?: unknown) {
  const kept = unsent === 'keep' ? [store.outbox.name, store.drafts.name] : []
  await Promise.all(store.tables.filter(({ name }) => !kept.includes(name)).map((table) => table.clear()))
}
