// The progress of each file that this page is sending.
import { useSyncExternalStore } from 'react'

const parts = new Map<number, number>()
const listeners = new Set<() => void>()

/**
 * reportPart records the fraction of a waiting file that was sent, from 0 to 1; undefined when it
 * stops.
 */
export function reportPart(seq: number, part: number | undefined) {
  if (part === undefined) parts.delete(seq)
  else parts.set(seq, part)
  for (const listener of listeners) listener()
}

/** usePart returns the fraction of a waiting file that was sent; undefined while it waits. */
export function usePart(seq: number): number | undefined {
  return useSyncExternalStore(watch, () => parts.get(seq))
}

function watch(listener: () => void) {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
