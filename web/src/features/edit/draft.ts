import { liveQuery, type Subscription } from 'dexie'
import { useEffect, useRef, useState } from 'react'
import { newId } from '@/lib/id'
import { rememberedUser } from '@/lib/session'
import { dropDraft, keepDraft, ownerHere, readDraft, store, type Draft } from '@/lib/store'
import { inputOf, type Form } from './form'

/** A crash loses at most this much typing. */
const pause = 300

/** What the editor starts with: the stored draft, or none. */
export interface Begun {
  /** Different each time that the editor starts again. */
  key: string
  draft: Draft | undefined
}

/**
 * useBegun returns a recipe's draft, undefined until it is read. If a refused change is resumed
 * while the editor is open, its draft replaces the current one.
 */
export function useBegun(id: string | undefined): Begun | undefined {
  const [begun, setBegun] = useState<Begun>()
  useEffect(() => {
    let known: string | undefined
    let first = true
    const take = (draft: Draft | undefined) => {
      if (!first && (draft?.again === undefined || draft.again === known)) return
      first = false
      known = draft?.again
      setBegun({ key: newId(), draft })
    }
    let running: Subscription | undefined
    let over = false
    const begin = () => {
      if (over) return
      running = liveQuery(() => readDraft(id)).subscribe({
        next: take,
        error: () => take(undefined), // the browser stores nothing
      })
    }
    takeLastWords().then(begin, begin)
    return () => {
      over = true
      running?.unsubscribe()
    }
  }, [id])
  return begun
}

type Written = Omit<Draft, 'id' | 'owner'>

/**
 * useDraft stores what is typed, and deletes it once it equals what is saved; undefined means a new
 * recipe.
 */
export function useDraft(
  recipe: string | undefined,
  on: Pick<Draft, 'recipe_id' | 'base' | 'from' | 'again'>,
  form: Form,
  dirty: boolean,
) {
  const over = useRef(false)
  const { recipe_id, base, from, again } = on
  useEffect(() => {
    const written = (): Written => ({
      ...{ recipe_id, base, from, again, form },
      input: inputOf(form),
      written_at: Date.now(),
    })
    // If the browser stores nothing, the only protection is to ask before leaving.
    const write = () => {
      if (!over.current) keep(recipe, written(), dirty).catch(() => undefined)
    }
    const writeLast = () => {
      if (!over.current && dirty) noteLastWords({ recipe, owner: ownerHere(), draft: written() })
    }
    // Whatever is pressed next may put a different draft in its place.
    const timer = setTimeout(write, pause)
    addEventListener('pointerdown', write, { capture: true })
    addEventListener('focusout', write)
    addEventListener('beforeunload', writeLast)
    addEventListener('pagehide', writeLast)
    return () => {
      clearTimeout(timer)
      removeEventListener('pointerdown', write, { capture: true })
      removeEventListener('focusout', write)
      removeEventListener('beforeunload', writeLast)
      removeEventListener('pagehide', writeLast)
    }
  }, [recipe, recipe_id, base, from, again, form, dirty])

  return {
    discard: async () => {
      over.current = true
      forgetLastWords()
      await dropDraft(recipe).catch(() => undefined)
    },
    goOn: () => {
      over.current = false
    },
  }
}

// Don't overwrite a refused change that was resumed meanwhile and replaces this page.
function keep(recipe: string | undefined, mine: Written, dirty: boolean): Promise<void> {
  return store.transaction('rw', store.tables, async () => {
    const kept = await readDraft(recipe)
    if (kept?.again !== undefined && kept.again !== mine.again) return
    if (dirty) await keepDraft(recipe, mine)
    else await dropDraft(recipe)
    forgetLastWords()
  })
}

// Text typed while the page closes. The asynchronous store would be too late; this is synchronous.
const lastWords = 'larder.draft'

interface LastWords {
  recipe?: string | undefined
  owner: string
  draft: Written
}

function noteLastWords(last: LastWords) {
  if (rememberedUser()?.id !== last.owner) return // someone who has just logged out leaves nothing here
  try {
    localStorage.setItem(lastWords, JSON.stringify(last))
  } catch {
    // No space: then the draft is a moment old.
  }
}

function forgetLastWords() {
  localStorage.removeItem(lastWords)
}

/** takeLastWords moves them to the drafts if their owner is logged in. */
async function takeLastWords() {
  const last = JSON.parse(localStorage.getItem(lastWords) ?? 'null') as LastWords | null
  if (last?.owner !== ownerHere()) return
  await keepDraft(last.recipe, last.draft)
  forgetLastWords()
}
