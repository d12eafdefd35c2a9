// A recipe's files that the server doesn't have yet.
import { useCallback, useEffect, useMemo } from 'react'
import { useLive } from '@/lib/live'
import type { FileBody } from '@/lib/outbox'
import { store, waitingHere, type Waiting } from '@/lib/store'

export interface WaitingFile {
  seq: number
  file: File
  /** Why the server refused it. */
  refused: string | undefined
}

const none: Waiting[] = []

/**
 * useWaitingFiles returns a recipe's files: with held, those sent with its next save, otherwise
 * those on their way.
 */
export function useWaitingFiles(recipe: string, held = false): WaitingFile[] {
  const question = useCallback(async () => {
    const all = await waitingHere()
    return all.filter(
      (each) => each.kind === 'file' && each.recipe_id === recipe && (each.held ?? false) === held,
    )
  }, [recipe, held])
  const waiting = useLive(question, none)
  return useMemo(
    () =>
      waiting.map(({ seq, body, refused }) => ({
        seq,
        file: (body as FileBody).file,
        refused: refused?.detail,
      })),
    [waiting],
  )
}

/** dropFile drops a file that the server doesn't have. */
export async function dropFile(seq: number) {
  await store.outbox.delete(seq)
}

/**
 * useFileAddress returns an address to show a picture before it is uploaded; undefined for other
 * files.
 */
export function useFileAddress(file: File | undefined): string | undefined {
  const address = useMemo(
    () => (file?.type.startsWith('image/') ? URL.createObjectURL(file) : undefined),
    [file],
  )
  useEffect(() => () => (address ? URL.revokeObjectURL(address) : undefined), [address])
  return address
}
