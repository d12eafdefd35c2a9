import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { showToast } from '@/components/toast'
import { Refused, Unreachable } from '@/lib/api'
import { attachFile, removeFile, type RecipeFile } from '@/lib/files'
import { newId } from '@/lib/id'
import { recipeKey } from '@/lib/recipes'

/** A file on its way, and how much of it is away, from 0 to 1. */
interface Sending {
  id: string
  name: string
  part: number
}

/** useFiles adds files to a recipe, one after the other, and removes them. Failures are told in a toast. */
export function useFiles(recipe: string) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [sending, setSending] = useState<Sending[]>([])

  async function add(files: File[]) {
    const list = files.map((file) => ({ id: newId(), file }))
    setSending((before) => [...before, ...list.map(({ id, file }) => ({ id, name: file.name, part: 0 }))])
    for (const { id, file } of list) {
      const onPart = (part: number) =>
        setSending((before) => before.map((each) => (each.id === id ? { ...each, part } : each)))
      await tried(file.name, () => attachFile(recipe, file, onPart))
      setSending((before) => before.filter((each) => each.id !== id))
    }
  }

  async function remove(file: RecipeFile) {
    const removed = await tried(file.name, () => removeFile(file.id))
    if (removed) showToast({ text: t('files.removed', { name: file.name }) })
  }

  async function tried(name: string, what: () => Promise<void>) {
    try {
      await what()
      await client.invalidateQueries({ queryKey: recipeKey(recipe) })
      return true
    } catch (error) {
      if (error instanceof Refused) showToast({ text: t('files.failed', { name, why: error.message }) })
      else if (error instanceof Unreachable) showToast({ text: t('files.away', { name }) })
      else throw error
      return false
    }
  }

  return { sending, add: (files: File[]) => void add(files), remove }
}
