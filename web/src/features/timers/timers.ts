// A cook's step timers. They are independent of pages and stored with the user's data on this
// device: they continue while the app is closed, because the food keeps cooking, and disappear with
// the rest on logout.
import { liveQuery } from 'dexie'
import { useSyncExternalStore } from 'react'
import { changeNote, readNote } from '@/lib/store'

export interface Timer {
  /** Identifies the time and step: pressing it again restarts the timer. */
  id: string
  recipe_id: string
  recipe_name: string
  /** From 1. */
  step: number
  servings: number | null
  /** Its duration, including added time. */
  seconds: number
  /** The longer end of a range, until it is used. */
  longest: number | null
  began: number
  /** When it ends, in ms since the epoch: the clock runs on while the page sleeps. */
  until: number
}

const note = 'timers'
const none: Timer[] = []

let timers = none
let watching = false
const listeners = new Set<() => void>()

/** useTimers returns the running and ringing timers, earliest end first. */
export function useTimers(): Timer[] {
  return useSyncExternalStore(subscribe, () => timers)
}

function subscribe(listener: () => void) {
  watch()
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Another tab may start or stop a timer, and a logout removes them all.
function watch() {
  if (watching) return
  watching = true
  liveQuery(() => readNote<Timer[]>(note)).subscribe({
    next: (kept) => show(kept ?? none),
    error: () => undefined, // the browser stores nothing: timers last as long as the page
  })
}

function show(next: Timer[]) {
  timers = next.length === 0 ? none : next
  for (const listener of listeners) listener()
}

function change(how: (before: Timer[]) => Timer[]) {
  show(how(timers))
  void changeNote<Timer[]>(note, (kept) => how(kept ?? none)).catch(() => undefined) // the browser stores nothing
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

/** addTime extends a timer; a finished one starts again from now. */
export function addTime(id: string, seconds: number) {
  const now = Date.now()
  changeOne(id, (timer) => ({
    ...timer,
    seconds: timer.seconds + seconds,
    until: Math.max(timer.until, now) + seconds * 1000,
  }))
}

/** runToLongest extends a timer to the longer end of its range, counted from its start. */
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
