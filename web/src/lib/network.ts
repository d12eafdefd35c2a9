// Whether the server can be reached. The browser's answer is only half the truth (a weak signal
// counts as online); the result of the last call is the other half.
import { useSyncExternalStore } from 'react'

let reachable = true
const listeners = new Set<() => void>()

/** reportReachable records the result of a call to the server. */
export function reportReachable(is: boolean) {
  if (is === reachable) return
  reachable = is
  for (const listener of listeners) listener()
}

export function isOnline() {
  return navigator.onLine && reachable
}

/**
 * watchNetwork calls the listener whenever isOnline may have changed, until the returned function
 * is called.
 */
export function watchNetwork(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

export function useOnline(): boolean {
  return useSyncExternalStore(watchNetwork, isOnline)
}
