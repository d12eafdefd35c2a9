import { useLayoutEffect, useRef, type PointerEvent, type RefObject } from 'react'

/**
 * useDrag lets a row follow the pointer by taking the place of the row that the pointer is over. The window listens,
 * because the handle is taken out of the page for a moment when its row moves, and would lose the pointer.
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
    event.preventDefault() // or the text would be marked
    event.currentTarget.focus()
    const over = (moved: globalThis.PointerEvent) => {
      const places = [...(list.current?.children ?? [])].map((child) => child.getBoundingClientRect())
      const to = places.findIndex((place) => moved.clientY < place.bottom)
      const target = to === -1 ? places.length - 1 : to
      const place = places[target]
      const half = place ? place.top + place.height / 2 : 0
      // Only past the middle, or rows of unequal height would swap to and fro.
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
