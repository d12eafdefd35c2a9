// Recipes as pages read them: stored data at once, then the server's.
import { queryOptions, infiniteQueryOptions, type QueryClient } from '@tanstack/react-query'
import {
  answered,
  queries,
  Unreachable,
  type Change,
  type Recipe,
  type RecipeItem,
  type Tag,
} from '@/lib/api'
import { searchOf, type Filter } from '@/lib/filter'
import { changedHere, changesWait } from '@/lib/outbox'
import {
  isOurs,
  keepArriving,
  keepItems,
  keepRecipe,
  store,
  syncedAt,
  type Arriving,
  type KeptItem,
  type KeptRecipe,
} from '@/lib/store'
import { countTags, find } from '@/lib/words'

/** An answer's source and age. */
export interface Origin {
  from: 'server' | 'device'
  at: number
}

export type Read = Origin & { recipe: Recipe }

export const recipeKey = (id: string) => ['recipe', id] as const
export const listKey = ['recipes'] as const

export const recipeQuery = (id: string) =>
  queryOptions({
    queryKey: recipeKey(id),
    queryFn: ({ signal }): Promise<Read> => readRecipe(id, signal),
    staleTime: 15_000,
  })

/**
 * fetchRecipe fetches and stores a recipe that nobody has opened. It throws Refused or Unreachable.
 */
export async function fetchRecipe(id: string, signal: AbortSignal): Promise<Recipe> {
  const { data } = await answered(queries.GET('/api/recipes/{id}', { params: { path: { id } }, signal }))
  await keepRecipe(data)
  return data
}

async function readRecipe(id: string, signal: AbortSignal): Promise<Read> {
  const kept = await store.recipes.get(id)
  // This device's unsent changes are newer than the server's answer would be.
  if (kept && (await changesWait(id))) return fromDevice(kept)
  // File addresses are signed for a day or two, so always fetch a recipe with files whole.
  const asKept = kept && kept.recipe.files.length === 0
  const headers = asKept ? { 'If-None-Match': `"${kept.recipe.version}"` } : {}
  try {
    const answer = await queries.GET('/api/recipes/{id}', {
      params: { path: { id }, header: headers },
      signal,
    })
    const unchanged = answer.response.status === 304 && kept
    const recipe = unchanged ? kept.recipe : (await answered(Promise.resolve(answer))).data
    await keepRecipe(recipe, true)
    return { recipe, from: 'server', at: Date.now() }
  } catch (error) {
    if (!(error instanceof Unreachable) || !kept) throw error
    return fromDevice(kept)
  }
}

// Stored data is as current as when it was fetched, or when changes were last checked since.
async function fromDevice(kept: KeptRecipe): Promise<Read> {
  return { recipe: kept.recipe, from: 'device', at: Math.max(kept.fetched_at, await syncedAt()) }
}

/** openKept shows a stored recipe before the server has answered. */
export async function openKept(client: QueryClient, id: string) {
  if (client.getQueryData(recipeKey(id))) return
  const kept = await store.recipes.get(id)
  if (!kept) return
  const read = await fromDevice(kept)
  // Mark it as stale, so that the server is still asked.
  client.setQueryData(recipeKey(id), read, { updatedAt: 1 })
}

export interface Page extends Origin {
  items: RecipeItem[]
  /** The number of matches on all pages; matches with a typo count only if there are no others. */
  total: number
  /** The number of further matches with a typo. */
  similar: number
  next: string | null
  /** Offline: how many recipes this device has, and of how many in all. */
  kept?: number
  of?: number
}

// More than fits on a screen, and few enough to load quickly over a weak signal.
const pageSize = 60

export const listQuery = (q: string, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...listKey, q, searchOf(filter)],
    queryFn: ({ pageParam, signal }) => readPage(q, filter, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last: Page) => last.next,
    staleTime: 15_000,
  })

async function readPage(q: string, filter: Filter, cursor: string, signal: AbortSignal): Promise<Page> {
  const query = {
    limit: pageSize,
    ...(q && { q }),
    ...searchOf(filter),
    ...(cursor && { cursor }),
  }
  try {
    const { data } = await answered(queries.GET('/api/recipes', { params: { query }, signal }))
    // Stored in the background. A browser that stores nothing still shows them.
    keepItems(data.items).catch(() => undefined)
    const { items, total, similar, next_cursor: next } = data
    return { items, total, similar, next, from: 'server', at: Date.now() }
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    return keptPage(q, filter)
  }
}

async function keptItems() {
  return (await isOurs()) ? store.items.where('kept').equals(1).toArray() : []
}

/** keptPage searches this device's data: only recipes that can be opened offline. */
export async function keptPage(q: string, filter: Filter): Promise<Page> {
  const items = await keptItems()
  const of = (await isOurs()) ? await store.items.count() : 0
  const narrowed =
    needsRecipes(filter) || filter.favourite || filter.minutes || filter.sort
      ? await narrow(items, filter)
      : items
  const found = find(narrowed, q, filter.tags)
  if (filter.sort) {
    // find orders by relevance, and narrow has put the items in the order that was asked for.
    const kept = new Set(found.items)
    found.items = narrowed.filter((item) => kept.has(item))
  }
  return { ...found, next: null, from: 'device', at: await syncedAt(), kept: items.length, of }
}

const needsRecipes = (filter: Filter) =>
  filter.with.length + filter.without.length > 0 || filter.sort === 'newest'

/** narrow applies what isn't in the lines of the list, in the order of the filter. */
async function narrow(items: KeptItem[], filter: Filter): Promise<KeptItem[]> {
  const { narrowed } = await import('./narrowed')
  const recipes = needsRecipes(filter) ? await store.recipes.bulkGet(items.map((item) => item.id)) : []
  return narrowed(
    items,
    recipes.map((kept) => kept?.recipe),
    filter,
  )
}

/** tagsQuery reads all tags with their numbers of recipes; offline, those of the stored recipes. */
export const tagsQuery = queryOptions({
  queryKey: [...listKey, 'tags'],
  queryFn: async ({ signal }): Promise<Tag[]> => {
    try {
      return (await answered(queries.GET('/api/tags', { signal }))).data
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      return countTags(await keptItems())
    }
  },
  staleTime: 15_000,
})

/** foodsQuery reads the foods that begin with what a cook types, as far as the server answers. */
export const foodsQuery = (prefix: string) =>
  queryOptions({
    queryKey: [...listKey, 'foods', prefix],
    queryFn: async ({ signal }): Promise<string[]> => {
      const query = { prefix, limit: 8 }
      const { data } = await answered(queries.GET('/api/foods', { params: { query }, signal }))
      return data.map(({ name }) => name)
    },
    enabled: prefix !== '',
    retry: false,
    staleTime: 60_000,
  })

/** applyChanges applies other devices' changes to the store and the open pages. */
export async function applyChanges(client: QueryClient, changes: Change[], arriving: Arriving) {
  for (const { id, recipe } of await keepChanges(changes, arriving)) {
    const shown = client.getQueryData<Read>(recipeKey(id))
    if (!shown) continue
    if (!recipe) void client.resetQueries({ queryKey: recipeKey(id) })
    else if (shown.recipe.version < recipe.version) {
      client.setQueryData<Read>(recipeKey(id), { recipe, from: 'server', at: Date.now() })
      // A change names files without addresses.
      if (recipe.files.length > 0) void client.invalidateQueries({ queryKey: recipeKey(id) })
    }
  }
}

// All or nothing, so that the recorded sync position is true. Returns the changes applied: if a
// recipe has an unsent change here, the server decides which is newer once it gets that.
function keepChanges(changes: Change[], arriving: Arriving): Promise<Change[]> {
  return store.transaction('rw', store.tables, async () => {
    const ours = await changedHere()
    const taken = changes.filter((change) => !ours.has(change.id))
    await keepArriving(
      taken.flatMap(({ recipe }) => recipe ?? []),
      taken.flatMap(({ id, recipe }) => (recipe ? [] : [id])),
      arriving,
    )
    return taken
  })
}

/** showKept shows a recipe's stored state on the open pages, and refetches the lists. */
export async function showKept(client: QueryClient, id: string, from: Origin['from']) {
  const kept = await store.recipes.get(id)
  if (kept) client.setQueryData<Read>(recipeKey(id), { recipe: kept.recipe, from, at: kept.fetched_at })
  else client.removeQueries({ queryKey: recipeKey(id) })
  await client.invalidateQueries({ queryKey: listKey })
}
