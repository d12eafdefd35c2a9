import { liveQuery, type Subscription } from 'dexie'
import { useEffect, useRef, useState } from 'react'
import { newId } from '@/lib/id'
import { rememberedUser } from '@/lib/session'
import { dropDraft, keepDraft, ownerHere, readDraft, store, type Draft } from '@/lib/store'
import { inputOf, type Form } from './form'

/** A crash loses at most this much typing. */
const pause = 300

/** What the editor begins with: the draft that is kept, or none. */
export interface Begun {
  /** Another one for each time that the editor begins anew. */
  key: string
  draft: Draft | undefined
}

/**
 * useBegun gives the draft of a recipe, undefined until it is read. Where a refused change is taken up again while the
 * editor is open, that one's draft comes in its place.
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
        error: () => take(undefined), // a browser that keeps nothing
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
 * useDraft writes what is typed down, and takes it away again where nothing differs from what is saved; undefined is a
 * new recipe.
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
    // A browser that keeps nothing: then leaving asks, and that is all.
    const write = () => {
      if (!over.current) keep(recipe, written(), dirty).catch(() => undefined)
    }
    const writeLast = () => {
      if (!over.current && dirty) noteLastWords({ recipe, owner: ownerHere(), draft: written() })
    }
    // Whoever goes to press something else may be about to put another draft in its place.
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

// A refused change that was taken up meanwhile isn't overwritten by the page that it replaces.
function keep(recipe: string | undefined, mine: Written, dirty: boolean): Promise<void> {
  return store.transaction('rw', store.tables, async () => {
    const kept = await readDraft(recipe)
    if (kept?.again !== undefined && kept.again !== mine.again) return
    if (dirty) await keepDraft(recipe, mine)
    else await dropDraft(recipe)
    forgetLastWords()
  })
}

// What is written while the page goes. The store would answer when the page is gone; this is done before.
const lastWords = 'larder.draft'

interface LastWords {
  recipe?: string | undefined
  owner: string
  draft: Written
}

function noteLastWords(last: LastWords) {
  if (rememberedUser()?.id !== last.owner) return // who has just logged out leaves nothing here
  try {
    localStorage.setItem(lastWords, JSON.stringify(last))
  } catch {
    // No room: then the draft is what it was a moment ago.
  }
}

function forgetLastWords() {
  localStorage.removeItem(lastWords)
}

/** takeLastWords puts them among the drafts, for whose owner they are. */
async function takeLastWords() {
  const last = JSON.parse(localStorage.getItem(lastWords) ?? 'null') as LastWords | null
  if (last?.owner !== ownerHere()) return
  await keepDraft(last.recipe, last.draft)
  forgetLastWords()
}
