// A cook's progress with a recipe: servings, ticked ingredients, current step. It is stored on the
// device for the day, with the rest of the user's data, so that it survives leaving the page, a
// reload or a different layout.
import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'
import type { Recipe } from '@/lib/api'
import { changeNote, readNote, store } from '@/lib/store'

export interface Cooking {
  /** The servings; null for the recipe's. */
  servings: number | null
  /** The positions of the ticked ingredients. */
  ticks: number[]
  /** From 1. */
  step: number
}

interface Kept extends Cooking {
  /** The ingredient lines that the ticks belong to: if they change, the ticks are dropped. */
  rows: string
  at: number
}

const prefix = 'cooking.'
const keptFor = 24 * 3600_000
const atFirst: Cooking = { servings: null, ticks: [], step: 1 }

/**
 * useCooking returns a recipe's progress and a function to change it; null until it has been read.
 */
export function useCooking(recipe: Recipe): [Cooking | null, (change: Partial<Cooking>) => void] {
  const rows = rowsOf(recipe)
  const [kept, setKept] = useState<Cooking | null>(null)
  const [changed, setChanged] = useState<Partial<Cooking>>({}) // shown before it is on disk
  useEffect(() => {
    const running = liveQuery(() => read(recipe.id, rows)).subscribe({
      next: setKept,
      error: () => setKept(atFirst), // the browser stores nothing
    })
    return () => running.unsubscribe()
  }, [recipe.id, rows])

  function change(next: Partial<Cooking>) {
    setChanged((before) => ({ ...before, ...next }))
    void keep(recipe.id, rows, next).catch(() => undefined)
  }
  return [kept && { ...kept, ...changed }, change]
}

function rowsOf(recipe: Recipe): string {
  return recipe.ingredients.map((line) => line.text).join('\n')
}

async function read(id: string, rows: string): Promise<Cooking> {
  const kept = asOf(await readNote<Kept>(prefix + id), rows)
  const under = underWay(id)
  return under?.rows === rows ? { ...kept, ...under.change } : kept
}

interface UnderWay {
  rows: string
  change: Partial<Cooking>
}

/**
 * underWay returns changes made on this page that may not be on disk yet: a reload doesn't wait for
 * a write.
 */
function underWay(id: string): UnderWay | null {
  return JSON.parse(sessionStorage.getItem(prefix + id) ?? 'null') as UnderWay | null
}

function asOf(kept: Kept | undefined, rows: string): Cooking {
  if (!kept || isOld(kept)) return atFirst
  return kept.rows === rows ? kept : { ...kept, ticks: [] }
}

function isOld(kept: Kept) {
  return kept.at < Date.now() - keptFor
}

async function keep(id: string, rows: string, change: Partial<Cooking>) {
  const before = underWay(id)
  const all = { ...(before?.rows === rows && before.change), ...change }
  const under = JSON.stringify({ rows, change: all } satisfies UnderWay)
  sessionStorage.setItem(prefix + id, under)
  await changeNote<Kept>(prefix + id, (kept) => ({ ...asOf(kept, rows), ...all, rows, at: Date.now() }))
  if (sessionStorage.getItem(prefix + id) === under) sessionStorage.removeItem(prefix + id)
  const notes = store.notes.where('name').startsWith(prefix)
  await notes.filter((note) => isOld(note.value as Kept)).delete()
}
