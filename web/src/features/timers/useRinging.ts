import { useEffect } from 'react'
import { prepareBell, ring } from './bell'

/** useRinging rings the bell and shows finished timers in the tab's title until all are stopped. */
export function useRinging(ids: string[], title: string | undefined) {
  const which = ids.join(' ')
  useTitle(title === undefined ? null : `🔔 ${title}`)

  // After a reload, the first tap anywhere enables sound again.
  useEffect(() => {
    const taps = ['pointerup', 'keydown']
    for (const tap of taps) addEventListener(tap, prepareBell)
    return () => taps.forEach((tap) => removeEventListener(tap, prepareBell))
  }, [])

  useEffect(() => {
    if (which === '') return
    const ended = new AbortController()
    void ring(ended.signal)
    return () => ended.abort()
  }, [which])
}

// Pages set the title too; what they set meanwhile is restored afterwards.
function useTitle(title: string | null) {
  useEffect(() => {
    const element = document.querySelector('title')
    if (title === null || !element) return
    let page = document.title
    const show = () => {
      if (document.title === title) return
      page = document.title
      document.title = title
    }
    show()
    const watch = new MutationObserver(show)
    watch.observe(element, { childList: true, characterData: true, subtree: true })
    return () => {
      watch.disconnect()
      document.title = page
    }
  }, [title])
}
