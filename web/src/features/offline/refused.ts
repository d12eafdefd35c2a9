import type { RecipeInput } from '@/lib/api'
import { newId } from '@/lib/id'
import { holdFiles, setAside } from '@/lib/outbox'
import { keepDraft, ownerHere, readDraft, store, type Draft, type Waiting } from '@/lib/store'

/**
 * toDraft turns a refused change into a draft and returns the id of the recipe to edit, undefined
 * for a new one. The editor starts with the cook's text and the version it was based on, so that
 * saving shows what another device has saved meanwhile. An existing draft takes its place in the
 * outbox: neither is lost.
 */
export async function toDraft(waiting: Waiting): Promise<string | undefined> {
  const { refused, kind, recipe_id, base = 0 } = waiting
  const gone = refused?.status === 404 || (base === 0 && kind === 'create' && !refused?.current)
  const recipe = gone ? undefined : recipe_id
  // A recipe deleted elsewhere is created again.
  const written = gone && kind !== 'create' ? newId() : recipe_id
  await store.transaction('rw', store.tables, async () => {
    if (!(await store.outbox.get(waiting.seq))) return // a second press
    const before = await readDraft(recipe)
    if (before) await putAside(recipe, before)
    await keepDraft(recipe, {
      recipe_id: written,
      input: waiting.body as RecipeInput,
      form: waiting.form,
      base: gone ? 0 : base,
      again: newId(),
      written_at: Date.now(),
    })
    await holdFiles(recipe_id, written)
    await store.outbox.delete(waiting.seq)
  })
  return recipe
}

async function putAside(recipe: string | undefined, draft: Draft) {
  const { input, form, base, written_at } = draft
  await store.outbox.add({
    owner: ownerHere(),
    key: newId(),
    recipe_id: recipe ?? draft.recipe_id ?? newId(),
    recipe_name: input.name || (input.ingredients?.[0]?.text ?? '…'),
    kind: base === 0 ? 'create' : 'replace',
    body: input,
    form,
    ...(base > 0 && { base }),
    queued_at: written_at,
    refused: { status: setAside, detail: '' },
  } as Waiting)
}
