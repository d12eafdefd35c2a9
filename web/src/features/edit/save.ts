import type { QueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Refused, type Recipe, type RecipeInput } from '@/lib/api'
import { newId } from '@/lib/id'
import { send } from '@/lib/outbox'
import { showKept } from '@/lib/recipes'
import { keepRecipe } from '@/lib/store'

/** useSave sends a recipe. Where another device was first, conflict is what that one saved. */
export function useSave(
  client: QueryClient,
  recipe: Recipe | undefined,
  onSaved: (id: string) => Promise<void>,
) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [conflict, setConflict] = useState<Recipe | null>(null)
  const [id] = useState(() => recipe?.id ?? newId())

  async function save(input: RecipeInput, base: number) {
    setBusy(true)
    setFailure(null)
    try {
      const command = { recipe_id: id, recipe_name: input.name, body: input }
      const outcome = recipe
        ? await send({ ...command, kind: 'replace', base })
        : await send({ ...command, kind: 'create' })
      await showKept(client, id, outcome.state === 'done' ? 'server' : 'device')
      await onSaved(id)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const current = error.problem.current
      if (error.status === 412 && current) {
        await keepRecipe(current)
        await showKept(client, id, 'server')
        setConflict(current)
      } else {
        setFailure(
          [
            error.message,
            ...(error.problem.errors ?? []).map((each) => `${each.field}: ${each.detail}`),
          ].join(' '),
        )
      }
    } finally {
      setBusy(false)
    }
  }

  /** settle ends a conflict, and gives the version that is known now. */
  function settle(): number {
    setConflict(null)
    return conflict?.version ?? 0
  }

  return { busy, failure, conflict, save, settle }
}
