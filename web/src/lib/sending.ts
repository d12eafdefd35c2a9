// How much of each file is away, for those that this page sends.
import { useSyncExternalStore } from 'react'

const parts = new Map<number, number>()
const listeners = new Set<() => void>()

/** reportPart tells how much of a waiting file is away, from 0 to 1; undefined when it isn't under way any more. */
export function reportPart(seq: number, part: number | undefined) {
  if (part === undefined) parts.delete(seq)
  else parts.set(seq, part)
  for (const listener of listeners) listener()
}

/** usePart gives how much of a waiting file is away; undefined while it waits. */
export function usePart(seq: number): number | undefined {
  return useSyncExternalStore(watch, () => parts.get(seq))
}

function watch(listener: () => void) {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
