import type { RecipeInput } from '@/lib/api'
import { keepDraft, readDraft, store, type Waiting } from '@/lib/store'

/**
 * toDraft makes a draft of a change that was refused, and gives the id of the recipe to edit, undefined for a new
 * one. The editor begins at what the cook wrote and at the version that it was written on, so that saving it shows
 * what another device saved meanwhile. A draft of a new recipe that is there already isn't overwritten: the change
 * stays refused until that one is saved.
 */
export async function toDraft(waiting: Waiting): Promise<string | undefined> {
  const { refused, kind, recipe_id, base = 0 } = waiting
  const gone = refused?.status === 404 || (kind === 'create' && !refused?.current)
  return store.transaction('rw', store.tables, async () => {
    if (gone && (await readDraft(undefined))) return undefined
    await keepDraft(gone ? undefined : recipe_id, {
      input: waiting.body as RecipeInput,
      base: gone ? 0 : base,
      written_at: Date.now(),
    })
    await store.outbox.delete(waiting.seq)
    return gone ? undefined : recipe_id
  })
}
