import { useSyncExternalStore } from 'react'

/** From this width, the list fits beside a recipe; the styles use the same width. */
const desk = '(min-width: 60rem)'

let before = false

/** useDesk reports whether the page has the desktop layout rather than the phone's. */
export function useDesk(): boolean {
  return useSyncExternalStore(subscribe, isDesk)
}

// Paper is narrower than the screen: print the page as shown, don't switch the layout.
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
