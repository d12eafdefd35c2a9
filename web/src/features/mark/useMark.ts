import { useQueryClient } from '@tanstack/react-query'
import { showToast } from '@/components/toast'
import { Refused, type Mark, type Recipe } from '@/lib/api'
import { send } from '@/lib/outbox'
import { recipeKey, showKept, type Read } from '@/lib/recipes'

/** useMark makes a recipe a favourite or rates it, online or offline. */
export function useMark(recipe: Recipe): (change: Partial<Mark>) => Promise<void> {
  const client = useQueryClient()
  return async (change) => {
    client.setQueryData<Read>(
      recipeKey(recipe.id),
      (read) => read && { ...read, recipe: { ...read.recipe, ...change } },
    )
    try {
      await send({ recipe_id: recipe.id, recipe_name: recipe.name, kind: 'mark', body: change })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      showToast({ text: error.message })
    }
    await showKept(client, recipe.id, 'server')
  }
}
