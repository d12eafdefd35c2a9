// Short messages about what was just done. They are stored outside of any page, because the page
// that shows one is often being left.
import { useSyncExternalStore } from 'react'

export interface Toast {
  id: number
  text: string
  action?: { label: string; run: () => void }
}

/** Long enough to read it, reach for it, and think again. */
const shownFor = 10_000

let toasts: Toast[] = []
let last = 0
const listeners = new Set<() => void>()

function change(next: Toast[]) {
  toasts = next
  for (const listener of listeners) listener()
}

export function showToast(toast: Omit<Toast, 'id'>) {
  const id = ++last
  change([...toasts, { ...toast, id }].slice(-3))
  setTimeout(() => dismissToast(id), shownFor)
}

export function dismissToast(id: number) {
  if (toasts.some((toast) => toast.id === id)) change(toasts.filter((toast) => toast.id !== id))
}

export function useToasts(): Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
}
