import { useLayoutEffect, useReducer, useRef, type RefObject } from 'react'

/**
 * useFocusOn returns a function that focuses a key's field once pending changes are on the page.
 */
export function useFocusOn(within: RefObject<HTMLElement | null>) {
  const wanted = useRef<{ key: string; caret: 'start' | undefined } | null>(null)
  const [, draw] = useReducer((count: number) => count + 1, 0)
  useLayoutEffect(() => {
    if (wanted.current === null) return
    const { key, caret } = wanted.current
    wanted.current = null
    const field = within.current?.querySelector<HTMLInputElement>(`[data-focus="${CSS.escape(key)}"]`)
    if (!field) return
    field.focus({ preventScroll: true })
    if (caret === 'start') field.setSelectionRange(0, 0)
    // The bar at the bottom covers fields at the edge of the view.
    const { top, bottom } = field.getBoundingClientRect()
    if (top < 80 || bottom > innerHeight - 120) field.scrollIntoView({ block: 'center' })
  })
  return (key: string, caret?: 'start') => {
    wanted.current = { key, caret }
    draw()
  }
}
