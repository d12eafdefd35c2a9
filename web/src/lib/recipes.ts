// Recipes as pages read them: what is stored at once, then what the server has.
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
import { changedHere, changesWait } from '@/lib/outbox'
import {
  isOurs,
  keepArriving,
  keepItems,
  keepRecipe,
  store,
  syncedAt,
  type Arriving,
  type KeptRecipe,
} from '@/lib/store'
import { countTags, find } from '@/lib/words'

/** Where an answer comes from, and how old it is. */
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

/** fetchRecipe reads a recipe that nobody opened, and keeps it. It throws Refused or Unreachable. */
export async function fetchRecipe(id: string, signal: AbortSignal): Promise<Recipe> {
  const { data } = await answered(queries.GET('/api/recipes/{id}', { params: { path: { id } }, signal }))
  await keepRecipe(data)
  return data
}

async function readRecipe(id: string, signal: AbortSignal): Promise<Read> {
  const kept = await store.recipes.get(id)
  // What this device has changed and not sent yet is newer than what the server would say.
  if (kept && (await changesWait(id))) return fromDevice(kept)
  // Addresses of files are signed for a day or two, so a recipe with files is always asked for whole.
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

// What is kept is as the server had it when it was fetched, or at the last look for changes since.
async function fromDevice(kept: KeptRecipe): Promise<Read> {
  return { recipe: kept.recipe, from: 'device', at: Math.max(kept.fetched_at, await syncedAt()) }
}

/** openKept puts what is stored of a recipe on the page before the server has answered. */
export async function openKept(client: QueryClient, id: string) {
  if (client.getQueryData(recipeKey(id))) return
  const kept = await store.recipes.get(id)
  if (!kept) return
  const read = await fromDevice(kept)
  // Stale from the start, so that the server is asked all the same.
  client.setQueryData(recipeKey(id), read, { updatedAt: 1 })
}

export interface Page extends Origin {
  items: RecipeItem[]
  /** How many match, on all pages; those by a typo count where none matches without. */
  total: number
  /** How many more match by a typo. */
  similar: number
  next: string | null
  /** Without a network: how many recipes this device keeps, and of how many that there are. */
  kept?: number
  of?: number
}

// More than a screen shows, and few enough to come at once over a weak signal.
const pageSize = 60

export const listQuery = (q: string, tags: string[]) =>
  infiniteQueryOptions({
    queryKey: [...listKey, q, tags],
    queryFn: ({ pageParam, signal }) => readPage(q, tags, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last: Page) => last.next,
    staleTime: 15_000,
  })

async function readPage(q: string, tags: string[], cursor: string, signal: AbortSignal): Promise<Page> {
  const query = {
    limit: pageSize,
    ...(q && { q }),
    ...(tags.length > 0 && { tag: tags }),
    ...(cursor && { cursor }),
  }
  try {
    const { data } = await answered(queries.GET('/api/recipes', { params: { query }, signal }))
    // Kept while they are shown. A browser that keeps nothing shows them all the same.
    keepItems(data.items).catch(() => undefined)
    const { items, total, similar, next_cursor: next } = data
    return { items, total, similar, next, from: 'server', at: Date.now() }
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    return keptPage(q, tags)
  }
}

async function keptItems() {
  return (await isOurs()) ? store.items.where('kept').equals(1).toArray() : []
}

/** keptPage finds in what is stored on this device: only recipes that can be opened without a network. */
export async function keptPage(q: string, tags: string[]): Promise<Page> {
  const items = await keptItems()
  const of = (await isOurs()) ? await store.items.count() : 0
  return { ...find(items, q, tags), next: null, from: 'device', at: await syncedAt(), kept: items.length, of }
}

/** tagsQuery reads all tags with how many recipes have each; without a network those of what this device keeps. */
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

/** applyChanges takes over what another device changed, in the store and on the pages that are open. */
export async function applyChanges(client: QueryClient, changes: Change[], arriving: Arriving) {
  for (const { id, recipe } of await keepChanges(changes, arriving)) {
    const shown = client.getQueryData<Read>(recipeKey(id))
    if (!shown) continue
    if (!recipe) void client.resetQueries({ queryKey: recipeKey(id) })
    else if (shown.recipe.version < recipe.version) {
      client.setQueryData<Read>(recipeKey(id), { recipe, from: 'server', at: Date.now() })
      // A change names the files and not where they are.
      if (recipe.files.length > 0) void client.invalidateQueries({ queryKey: recipeKey(id) })
    }
  }
}

// All of them or none, so that what is noted as synced was. It gives those that are taken over: where this device
// has a change of its own that waits, the server says which one is newer once it has got it.
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

/** showKept puts what this device now has of a recipe on the pages that are open, and asks for the lists anew. */
export async function showKept(client: QueryClient, id: string, from: Origin['from']) {
  const kept = await store.recipes.get(id)
  if (kept) client.setQueryData<Read>(recipeKey(id), { recipe: kept.recipe, from, at: kept.fetched_at })
  else client.removeQueries({ queryKey: recipeKey(id) })
  await client.invalidateQueries({ queryKey: listKey })
}
