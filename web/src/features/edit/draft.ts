import { useEffect, useRef } from 'react'
import { store } from '@/lib/store'
import { inputOf, type Form } from './form'

/** A crash loses at most this much typing. */
const pause = 300

/** useDraft writes what is typed down, and takes it away again where nothing differs from what is saved. */
export function useDraft(id: string | undefined, form: Form, base: number, dirty: boolean) {
  const key = id ?? 'new'
  const over = useRef(false)
  useEffect(() => {
    const write = () => {
      if (over.current) return
      const draft = { id: key, input: inputOf(form), base, written_at: Date.now() }
      const written: PromiseLike<unknown> = dirty ? store.drafts.put(draft) : store.drafts.delete(key)
      written.then(undefined, () => undefined) // a browser that keeps nothing: then leaving asks, and that is all
    }
    const timer = setTimeout(write, pause)
    addEventListener('pagehide', write)
    return () => {
      clearTimeout(timer)
      removeEventListener('pagehide', write)
    }
  }, [key, form, base, dirty])

  return {
    discard: async () => {
      over.current = true
      await store.drafts.delete(key).catch(() => undefined)
      over.current = false
    },
  }
}
