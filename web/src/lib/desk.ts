import { useSyncExternalStore } from 'react'

/** From here on there is room for the list beside a recipe; the styles have the same width. */
const desk = '(min-width: 60rem)'

let before = false

/** useDesk tells whether the page is laid out for a desk, else for a phone. */
export function useDesk(): boolean {
  return useSyncExternalStore(subscribe, isDesk)
}

// Paper is narrower than the screen: what is printed is the page as it is, and not another that is made meanwhile.
function isDesk(): boolean {
  if (!matchMedia('print').matches) before = matchMedia(desk).matches
  return before
}

function subscribe(listener: () => void) {
  const queries = [matchMedia(desk), matchMedia('print')]
  for (const query of queries) query.addEventListener('change', listener)
  return () => {
    for (const query of queries) query.removeEventListener('change', listener)
  }
}
