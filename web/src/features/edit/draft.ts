import { useEffect, useRef } from 'react'
import { dropDraft, keepDraft } from '@/lib/store'
import { inputOf, type Form } from './form'

/** A crash loses at most this much typing. */
const pause = 300

/** useDraft writes what is typed down, and takes it away again where nothing differs from what is saved. */
export function useDraft(id: string | undefined, form: Form, base: number, dirty: boolean) {
  const over = useRef(false)
  useEffect(() => {
    const write = () => {
      if (over.current) return
      const draft = { input: inputOf(form), base, written_at: Date.now() }
      const written = dirty ? keepDraft(id, draft) : dropDraft(id)
      written.catch(() => undefined) // a browser that keeps nothing: then leaving asks, and that is all
    }
    const timer = setTimeout(write, pause)
    addEventListener('pagehide', write)
    return () => {
      clearTimeout(timer)
      removeEventListener('pagehide', write)
    }
  }, [id, form, base, dirty])

  return {
    discard: async () => {
      over.current = true
      await dropDraft(id).catch(() => undefined)
      over.current = false
    },
  }
}
