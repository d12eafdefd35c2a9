import type { QueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Refused, type Recipe, type RecipeInput } from '@/lib/api'
import { send } from '@/lib/outbox'
import { showKept } from '@/lib/recipes'
import { keepRecipe } from '@/lib/store'
import { formOf, inputOf, sameInput } from './form'

interface What {
  id: string
  input: RecipeInput
  /** The version being edited; 0 for a new recipe. */
  base: number
  /** That version's content, if known. */
  from: RecipeInput | undefined
}

/** useSave sends a recipe. If another device saved first, conflict is its version. */
export function useSave(
  client: QueryClient,
  onSaved: (id: string) => Promise<void>,
  onRefused: (errors: { field: string; detail: string }[]) => void,
) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [conflict, setConflict] = useState<Recipe | null>(null)

  async function save(what: What) {
    setBusy(true)
    setFailure(null)
    try {
      const outcome = await sendRecipe(what)
      await showKept(client, what.id, outcome.state === 'done' ? 'server' : 'device')
      await onSaved(what.id)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const current = error.problem.current
      if (error.status === 412 && current) {
        await keepRecipe(current)
        await showKept(client, what.id, 'server')
        setConflict(current)
      } else {
        const errors = error.problem.errors ?? []
        setFailure([error.message, ...errors.map((each) => `${each.field}: ${each.detail}`)].join(' '))
        onRefused(errors)
      }
    } finally {
      setBusy(false)
    }
  }

  /** settle ends a conflict and returns the version now known. */
  function settle(): number {
    setConflict(null)
    return conflict?.version ?? 0
  }

  return { busy, failure, conflict, save, settle }
}

// Attaching a file also makes a version. Its text is the same, so the edit may continue from it.
async function sendRecipe({ id, input, base, from }: What) {
  const command = { recipe_id: id, recipe_name: input.name, body: input }
  const sendOn = (version: number) => send({ ...command, kind: 'replace', base: version })
  if (base === 0) return send({ ...command, kind: 'create' })
  try {
    return await sendOn(base)
  } catch (error) {
    const current = error instanceof Refused && error.status === 412 ? error.problem.current : undefined
    if (!current || !from || !sameInput(inputOf(formOf(current)), from)) throw error
    return sendOn(current.version)
  }
}
