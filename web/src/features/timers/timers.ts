// The timers of a cook's steps. They live above the pages, and are kept with what this device has of the user: they go on
// while the app is closed, since the food does too, and are gone with the rest after a logout.
import { liveQuery } from 'dexie'
import { useSyncExternalStore } from 'react'
import { changeNote, readNote } from '@/lib/store'

export interface Timer {
  /** Which time of which step: pressed again, it starts anew. */
  id: string
  recipe_id: string
  recipe_name: string
  /** From 1. */
  step: number
  servings: number | null
  /** How long it runs, with what was added. */
  seconds: number
  /** The longer end of a range, until it is asked for. */
  longest: number | null
  began: number
  /** When it is up, in milliseconds since the epoch: the clock goes on while the page sleeps. */
  until: number
}

const note = 'timers'
const none: Timer[] = []

let timers = none
let watching = false
const listeners = new Set<() => void>()

/** useTimers gives the timers that run or ring, the one that is up first before the others. */
export function useTimers(): Timer[] {
  return useSyncExternalStore(subscribe, () => timers)
}

function subscribe(listener: () => void) {
  watch()
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Another tab may start or stop one, and a logout takes them all away.
function watch() {
  if (watching) return
  watching = true
  liveQuery(() => readNote<Timer[]>(note)).subscribe({
    next: (kept) => show(kept ?? none),
    error: () => undefined, // a browser that keeps nothing: they last as long as the page
  })
}

function show(next: Timer[]) {
  timers = next.length === 0 ? none : next
  for (const listener of listeners) listener()
}

function change(how: (before: Timer[]) => Timer[]) {
  show(how(timers))
  void changeNote<Timer[]>(note, (kept) => how(kept ?? none)).catch(() => undefined) // a browser that keeps nothing
}

export function startTimer(timer: Omit<Timer, 'began' | 'until'>) {
  const began = Date.now()
  const started = { ...timer, began, until: began + timer.seconds * 1000 }
  change((before) =>
    [...before.filter((each) => each.id !== timer.id), started].sort((a, b) => a.until - b.until),
  )
}

export function stopTimer(id: string) {
  change((before) => before.filter((each) => each.id !== id))
}

/** addTime lets a timer run on; one that is up begins to run again from now. */
export function addTime(id: string, seconds: number) {
  const now = Date.now()
  changeOne(id, (timer) => ({
    ...timer,
    seconds: timer.seconds + seconds,
    until: Math.max(timer.until, now) + seconds * 1000,
  }))
}

/** runToLongest lets a timer run to the longer end of its range, counted from its start. */
export function runToLongest(id: string) {
  changeOne(id, (timer) => {
    const more = ((timer.longest ?? timer.seconds) - timer.seconds) * 1000
    return { ...timer, seconds: timer.longest ?? timer.seconds, longest: null, until: timer.until + more }
  })
}

function changeOne(id: string, how: (timer: Timer) => Timer) {
  change((before) =>
    before.map((each) => (each.id === id ? how(each) : each)).sort((a, b) => a.until - b.until),
  )
}
