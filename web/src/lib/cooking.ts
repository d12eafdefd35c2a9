// How far a cook is with a recipe: for how many, what is put out, at which step. It is kept on the device for the day, so
// that it outlives leaving the page, a reload and another layout, and with the rest of what belongs to the user.
import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'
import type { Recipe } from '@/lib/api'
import { store } from '@/lib/store'

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
  const kept = (await store.notes.get(prefix + id))?.value as Kept | undefined
  if (!kept || kept.at < Date.now() - keptFor) return atFirst
  return kept.rows === rows ? kept : { ...kept, ticks: [] }
}

function keep(id: string, rows: string, change: Partial<Cooking>) {
  return store.transaction('rw', store.notes, async () => {
    const before = await read(id, rows)
    const value: Kept = { ...before, ...change, rows, at: Date.now() }
    await store.notes.put({ name: prefix + id, value })
    const old = store.notes.where('name').startsWith(prefix)
    await old.filter((note) => (note.value as Kept).at < Date.now() - keptFor).delete()
  })
}
