import { useEffect, type RefObject } from 'react'

/**
 * useMeasured keeps a custom property of the page equal to an element's height, whatever its text
 * and text size.
 */
export function useMeasured(element: RefObject<HTMLElement | null>, property: `--${string}`) {
  useEffect(() => {
    if (!element.current) return
    const root = document.documentElement.style
    const watch = new ResizeObserver(([entry]) =>
      root.setProperty(property, `${entry?.borderBoxSize[0]?.blockSize ?? 0}px`),
    )
    watch.observe(element.current)
    return () => {
      watch.disconnect()
      root.removeProperty(property)
    }
  }, [element, property])
}
