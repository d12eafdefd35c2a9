// What this device keeps. Recipes that were seen or are new belong to the one person whose device it is now, and go when
// that one logs out or another logs in. Drafts and what waits to be sent name their owner, and stay until that one is
// back: nothing of them is shown or sent for anybody else.
import Dexie, { type EntityTable } from 'dexie'
import { personHere } from '@/lib/person'
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
  /** Its owner and the recipe's id, or "new"; see draftKey. */
  id: string
  owner: string
  /** The id of the recipe, which a new one has from the beginning. */
  recipe_id?: string | undefined
  input: RecipeInput
  /** All that the editor had, also what can't be sent yet; absent where a refused change was taken up. */
  form?: unknown
  /** The version that the cook began from; 0 for a new recipe. */
  base: number
  /** What that version says, where it is known. */
  from?: RecipeInput | undefined
  /** Names the refused change that it took up, another one each time. */
  again?: string | undefined
  written_at: number
}

/** A command on its way. Its key makes sure that it is done once, however often it is sent. */
export interface Waiting {
  /** Orders the outbox. */
  seq: number
  /** The id of the person whose command it is. */
  owner: string
  key: string
  recipe_id: string
  recipe_name: string
  kind: 'create' | 'replace' | 'delete' | 'restore' | 'grocery' | 'file'
  body: unknown
  /** What the editor had, where it is a draft that was set aside. */
  form?: unknown
  /** A file that was put on while writing: it goes with the save of its recipe. */
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
    // Strict: what is kept here is on the disk before anybody is told that it is, also where the power goes.
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
        // Until here all of it was of the person who was logged in last.
        const owner = localStorage.getItem('larder.user.kept') ?? ''
        const drafts = change.table<Draft, string>('drafts')
        const before = await drafts.toArray()
        await drafts.clear()
        await drafts.bulkAdd(before.map((draft) => ({ ...draft, owner, id: `${owner}/${draft.id}` })))
        await change.table<Waiting, number>('outbox').toCollection().modify({ owner })
        if (owner) await change.table<Note, string>('notes').put({ name: 'owner', value: owner })
      })
    // What was fetched until here has typed rows without their parts, under versions that stay. So all changes are asked
    // for once more, and what is kept is there meanwhile.
    this.version(3).upgrade((change) => change.table<Note, string>('notes').delete('synced'))
  }
}

export const store = new Store()

/** ownerHere is the owner of what is begun or done on this page. */
export function ownerHere(): string {
  return personHere() ?? ''
}

/**
 * ifOurs changes what is kept, unless the device is somebody else's by now: an answer may come, or a page wake up, after
 * another page has logged out or let another person in.
 */
async function ifOurs(change: () => Promise<void>): Promise<void> {
  await store.transaction('rw', store.recipes, store.items, store.drafts, store.notes, async () => {
    if (await isOurs()) await change()
  })
}

/** isOurs tells whether what is kept is of this page's person. */
export async function isOurs(): Promise<boolean> {
  return ((await keptFor()) ?? null) === personHere()
}

/** Whose device it is after a logout: a page that doesn't know of it yet can't keep anything. */
export const nobody = ''

/** keptFor is the id of the person whose device it is, nobody after a logout; undefined on a new device. */
export async function keptFor(): Promise<string | undefined> {
  return (await store.notes.get('owner'))?.value as string | undefined
}

/** readNote gives what is noted under a name for this page's person; nothing where the device is somebody else's by now. */
export async function readNote<T>(name: string): Promise<T | undefined> {
  const note = await store.notes.get(name)
  return (await isOurs()) ? (note?.value as T | undefined) : undefined
}

/** changeNote notes something for this page's person, by what was noted before. */
export function changeNote<T>(name: string, how: (before: T | undefined) => T): Promise<void> {
  return ifOurs(async () => {
    await store.notes.put({ name, value: how(await readNote<T>(name)) })
  })
}

/** takeDevice makes this device that of a person. What is kept of another one goes; what waits for its owner stays. */
export async function takeDevice(person: string) {
  await store.transaction('rw', store.tables, async () => {
    const owner = await keptFor()
    if (owner !== undefined && owner !== person) await wipe('keep')
    await store.notes.put({ name: 'owner', value: person })
  })
}

/** waitingHere gives the commands of this page's person that aren't done, in their order. */
export function waitingHere(): Promise<Waiting[]> {
  return store.outbox.where('owner').equals(ownerHere()).sortBy('seq')
}

function draftKey(recipe: string | undefined): string {
  return `${ownerHere()}/${recipe ?? 'new'}`
}

/** readDraft gives what this page's person began and didn't save, of a recipe or, for undefined, of a new one. */
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

/** itemOf gives a recipe as a line of the list. */
export function itemOf(recipe: Recipe): RecipeItem {
  const { id, name, version, tags, servings, prep_minutes, cook_minutes, updated_at } = recipe
  return { id, name, version, tags, servings, prep_minutes, cook_minutes, updated_at }
}

/** keepRecipe stores a recipe unless a newer version is there. Seen tells that a cook opened it. */
export async function keepRecipe(recipe: Recipe, seen = false, now = Date.now()) {
  await ifOurs(async () => {
    const before = await store.recipes.get(recipe.id)
    if (before && before.recipe.version > recipe.version) return
    const seen_at = seen ? now : (before?.seen_at ?? 0)
    await store.recipes.put({ id: recipe.id, recipe, fetched_at: now, seen_at })
    await store.items.put({ ...itemOf(recipe), kept: 1 })
  })
}

/** keepItems stores lines of the list; it doesn't touch what is kept of the recipes themselves. */
export async function keepItems(items: RecipeItem[]) {
  await ifOurs(async () => {
    const before = await store.items.bulkGet(items.map((item) => item.id))
    const next = items.map((item, i): KeptItem => ({ ...item, kept: before[i]?.kept ?? 0 }))
    await store.items.bulkPut(next.filter((item, i) => (before[i]?.version ?? 0) <= item.version))
  })
}

/** forgetRecipe takes away a recipe that is no longer there. */
export async function forgetRecipe(id: string) {
  await ifOurs(async () => {
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
  await ifOurs(async () => {
    await store.notes.put({ name: 'synced', value: synced })
  })
}

/** How many recipes are kept that no cook has opened here. */
const unseenKept = 500

/** Recipes that came and aren't on the device yet: of many that come at once only the first are to be kept. */
export type Arriving = Map<string, Recipe>

/**
 * keepArriving takes over recipes that changed elsewhere, and those that went. All become lines of the list. What the
 * device keeps is kept as it is now; what is new to it waits in arriving, until settleArriving chooses.
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

/** settleArriving keeps the first of what came, and takes away what had its place before. */
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

// What a cook has worked on comes before what an import brought and nobody touched, then the newest.
function byWorth(a: Recipe, b: Recipe): number {
  const touched = Number(b.version > 1) - Number(a.version > 1)
  return touched || (a.updated_at < b.updated_at ? 1 : -1)
}

/**
 * trimKept takes away the recipes that nobody opened or wrote here and that aren't among the first of the rest. What a
 * cook writes on this device counts as opened.
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
 * wipe takes away what is kept of anybody. What waits to be sent and drafts are kept for their owners where they are to
 * be, else all of them go too.
 */
export async function wipe(unsent?: unknown) {
  const kept = unsent === 'keep' ? [store.outbox.name, store.drafts.name] : []
  await Promise.all(store.tables.filter(({ name }) => !kept.includes(name)).map((table) => table.clear()))
}
