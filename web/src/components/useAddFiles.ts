import { useTranslation } from 'react-i18next'
import { Refused } from '@/lib/api'
import { largestFile } from '@/lib/files'
import { formatSize } from '@/lib/fileSize'
import { useLocale } from '@/lib/i18n'
import { sendFile } from '@/lib/outbox'
import { showToast } from './toast'

/**
 * useAddFiles returns a function that adds files to a recipe; with held, they are sent with its
 * next save. Files that can't be accepted are reported at once.
 */
export function useAddFiles(recipe: string, held = false): (files: File[]) => void {
  const { t } = useTranslation()
  const locale = useLocale()

  async function add(file: File) {
    const { name } = file
    try {
      await sendFile(recipe, file, held)
    } catch (error) {
      if (error instanceof Refused) showToast({ text: t('files.failed', { name, why: error.message }) })
      else if (isFull(error)) showToast({ text: t('files.noRoom', { name }) })
      else throw error
    }
  }

  return (files) =>
    void largestFile().then((limit) => {
      for (const file of files) {
        if (file.size <= limit) void add(file)
        else showToast({ text: t('files.large', { name: file.name, limit: formatSize(limit, locale) }) })
      }
    })
}

// Dexie wraps the cause in the error that aborts the transaction.
function isFull(error: unknown): boolean {
  const { name, inner } = error as { name?: string; inner?: { name?: string } }
  return name === 'QuotaExceededError' || inner?.name === 'QuotaExceededError'
}
