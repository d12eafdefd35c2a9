import { useLayoutEffect, useRef, type PointerEvent, type RefObject } from 'react'

/**
 * useDrag moves a row along with the pointer. It listens on the window: when its row moves, the
 * handle is briefly removed from the page and would lose the pointer.
 */
export function useDrag(
  list: RefObject<HTMLUListElement | null>,
  move: (from: number, to: number, drag: number) => void,
) {
  const latest = useRef(move)
  useLayoutEffect(() => {
    latest.current = move
  })
  return (event: PointerEvent<HTMLButtonElement>, start: number) => {
    let at = start
    const drag = event.timeStamp
    event.preventDefault() // don't select text
    event.currentTarget.focus()
    const over = (moved: globalThis.PointerEvent) => {
      const places = [...(list.current?.children ?? [])].map((child) => child.getBoundingClientRect())
      const to = places.findIndex((place) => moved.clientY < place.bottom)
      const target = to === -1 ? places.length - 1 : to
      const place = places[target]
      const half = place ? place.top + place.height / 2 : 0
      // Only past the middle, or rows of different heights would flip back and forth.
      if (!place || target === at || (target > at ? moved.clientY < half : moved.clientY > half)) return
      latest.current(at, target, drag)
      at = target
    }
    const end = () => {
      removeEventListener('pointermove', over)
      removeEventListener('pointerup', end)
      removeEventListener('pointercancel', end)
    }
    addEventListener('pointermove', over)
    addEventListener('pointerup', end)
    addEventListener('pointercancel', end)
  }
}
