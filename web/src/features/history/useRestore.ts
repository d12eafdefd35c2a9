import { useQueryClient } from '@tanstack/react-query'
import { showToast } from '@/components/toast'
import { Refused } from '@/lib/api'
import { send } from '@/lib/outbox'
import { showKept } from '@/lib/recipes'
import { deletedQuery, versionsQuery } from '@/lib/versions'

/**
 * useRestore makes an earlier version of a recipe the current one, even if it is deleted; the
 * versions between stay in the history. It says what happened.
 */
export function useRestore(id: string, said: (name: string) => string, onRestored: () => void) {
  const client = useQueryClient()
  return async (version: number, name: string) => {
    try {
      await send({ recipe_id: id, recipe_name: name, kind: 'restore', body: { version } })
      await showKept(client, id, 'server')
      await client.invalidateQueries({ queryKey: versionsQuery(id).queryKey })
      await client.invalidateQueries({ queryKey: deletedQuery.queryKey })
      showToast({ text: said(name) })
      onRestored()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      showToast({ text: error.message })
    }
  }
}
