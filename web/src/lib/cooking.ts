// How far a cook is with a recipe: for how many, what is put out, at which step. It is kept on the device for the day, so
// that it outlives leaving the page, a reload and another layout, and with the rest of what belongs to the user.
import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'
import type { Recipe } from '@/lib/api'
import { changeNote, readNote, store } from '@/lib/store'

export interface Cooking {
  /** For how many; null for as many as the recipe says. */
  servings: number | null
  /** The positions of the ingredients that are put out. */
  ticks: number[]
  /** From 1. */
  step: number
}

interface Kept extends Cooking {
  /** The ingredient lines that the ticks are of: other lines have none. */
  rows: string
  at: number
}

const prefix = 'cooking.'
const keptFor = 24 * 3600_000
const atFirst: Cooking = { servings: null, ticks: [], step: 1 }

/** useCooking gives how far a recipe is, and what changes it; null until what is kept has been read. */
export function useCooking(recipe: Recipe): [Cooking | null, (change: Partial<Cooking>) => void] {
  const rows = rowsOf(recipe)
  const [kept, setKept] = useState<Cooking | null>(null)
  const [changed, setChanged] = useState<Partial<Cooking>>({}) // is shown before it is on the disk
  useEffect(() => {
    const running = liveQuery(() => read(recipe.id, rows)).subscribe({
      next: setKept,
      error: () => setKept(atFirst), // a browser that keeps nothing
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

/** underWay is what was changed on this page and may not be on the disk: a reload doesn't wait for a write. */
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
