import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { showToast } from '@/components/toast'
import { Refused, Unreachable } from '@/lib/api'
import { removeFile, type Picture, type RecipeFile } from '@/lib/files'
import { recipeKey } from '@/lib/recipes'
import { useFileAddress, useWaitingFiles } from '@/lib/waitingFiles'

/**
 * useFilesOnTheWay returns a recipe's files not uploaded yet. Once one is uploaded, it refetches
 * the recipe.
 */
export function useFilesOnTheWay(recipe: string) {
  const client = useQueryClient()
  const waiting = useWaitingFiles(recipe)
  const before = useRef(0)
  useEffect(() => {
    if (waiting.length < before.current) void client.invalidateQueries({ queryKey: recipeKey(recipe) })
    before.current = waiting.length
  }, [client, recipe, waiting.length])
  return waiting
}

/** useRemoveFile removes a recipe's file. It reports failures in a toast. */
export function useRemoveFile(recipe: string) {
  const { t } = useTranslation()
  const client = useQueryClient()
  return async (file: RecipeFile) => {
    const { name } = file
    try {
      await removeFile(file.id)
      await client.invalidateQueries({ queryKey: recipeKey(recipe) })
      showToast({ text: t('files.removed', { name }) })
    } catch (error) {
      if (error instanceof Refused) showToast({ text: t('files.failed', { name, why: error.message }) })
      else if (error instanceof Unreachable) showToast({ text: t('files.notRemoved', { name }) })
      else throw error
    }
  }
}

/** useWaitingPicture returns the first picture waiting to be uploaded to a recipe. */
export function useWaitingPicture(recipe: string): Picture | undefined {
  const waiting = useWaitingFiles(recipe)
  const src = useFileAddress(waiting.find(({ file }) => file.type.startsWith('image/'))?.file)
  return src ? { src, color: undefined } : undefined
}
