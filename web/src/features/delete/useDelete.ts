import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { showToast } from '@/components/toast'
import { Refused, type Recipe } from '@/lib/api'
import { send } from '@/lib/outbox'
import { showKept } from '@/lib/recipes'
import { keepRecipe, ownerHere, store } from '@/lib/store'

/** useDelete deletes a recipe at once and offers to undo that. */
export function useDelete(onDeleted: () => void): (recipe: Recipe) => Promise<void> {
  const { t } = useTranslation()
  const client = useQueryClient()

  async function remove(recipe: Recipe) {
    try {
      onDeleted()
      const command = { recipe_id: recipe.id, recipe_name: recipe.name, body: null }
      await send({ ...command, kind: 'delete' })
      await showKept(client, recipe.id, 'server')
      const action = { label: t('delete.undo'), run: () => void undo(recipe) }
      showToast({ text: t('delete.done', { name: recipe.name }), action })
    } catch (error) {
      tellFailure(error)
    }
  }

  async function undo(recipe: Recipe) {
    try {
      await bringBack(recipe)
      await showKept(client, recipe.id, 'server')
      showToast({ text: t('delete.undone', { name: recipe.name }) })
    } catch (error) {
      tellFailure(error)
    }
  }

  function tellFailure(error: unknown) {
    if (!(error instanceof Refused)) throw error
    showToast({ text: t('delete.failed', { why: error.message }) })
  }

  return remove
}

// An unsent deletion is simply cancelled; a sent one is undone through the recipe's history.
async function bringBack(recipe: Recipe) {
  const waiting = store.outbox.where('recipe_id').equals(recipe.id)
  const unsent = await waiting.filter((each) => each.kind === 'delete' && each.owner === ownerHere()).delete()
  await keepRecipe(recipe, true)
  if (unsent > 0) return
  const body = { version: recipe.version }
  await send({ recipe_id: recipe.id, recipe_name: recipe.name, kind: 'restore', body })
}
