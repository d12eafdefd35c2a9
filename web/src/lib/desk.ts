import { useSyncExternalStore } from 'react'

/** From here on there is room for the list beside a recipe; the styles have the same width. */
const desk = '(min-width: 60rem)'

/** useDesk tells whether the page is laid out for a desk, else for a phone. */
export function useDesk(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(desk).matches)
}

function subscribe(listener: () => void) {
  const query = matchMedia(desk)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}
