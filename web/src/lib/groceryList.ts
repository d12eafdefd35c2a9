// The grocery list is a page of its own, with a worker and a place of its own for what it keeps
// (grocery-app/internal/page/static/app.js). A cook who has used only this app stands in the shop with it for the first
// time, perhaps without a network: so this app has the page installed, and keeps the list where the page looks for it.
import { useSyncExternalStore } from 'react'
import { isLarders } from '@/lib/word'

const page = '/grocery/'
const latest = 'grocery-user'
const placeOf = (person: string) => `grocery-list-${person}`
/** When the list is asked for after a request: it comes by the feed, a moment later as a rule. */
const afterRequest = [1_000, 5_000]

interface Kept {
  list: { user: { id: string }; sequence: number; lines: { ticked: boolean }[] } | null
  pending: unknown[]
}

let soon = () => {}
const watchers = new Set<() => void>()
let counted = { text: '', open: 0 }

/** useOpenGroceries counts what a person has still to buy, as this device knows it. */
export function useOpenGroceries(person: string): number {
  return useSyncExternalStore(watch, () => openOf(localStorage.getItem(placeOf(person)) ?? ''))
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  addEventListener('storage', watcher) // the list's own page is another one
  return () => {
    watchers.delete(watcher)
    removeEventListener('storage', watcher)
  }
}

function openOf(text: string): number {
  if (text !== counted.text) counted = { text, open: (keptIn(text)?.list?.lines ?? []).filter(isOpen).length }
  return counted.open
}

const isOpen = ({ ticked }: { ticked: boolean }) => !ticked

function keptIn(text: string): Kept | null {
  try {
    return JSON.parse(text || 'null') as Kept | null
  } catch {
    return null
  }
}

/** expectGroceries says that the list will have changed in a moment. */
export function expectGroceries() {
  soon()
}

/** keepGroceryList keeps a person's list on this device until it is called off. */
export function keepGroceryList(person: string): () => void {
  if (!navigator.serviceWorker) return () => {}
  const ending = new AbortController()
  const take = () => void takeList(person, ending.signal).catch(() => {}) // the next occasion will do
  const timers = new Set<number>()
  soon = () => afterRequest.forEach((wait) => timers.add(window.setTimeout(take, wait)))
  void navigator.serviceWorker.register(`${page}sw.js`, { scope: page }).catch(() => {})
  take()
  addEventListener('online', take, { signal: ending.signal })
  document.addEventListener('visibilitychange', take, { signal: ending.signal })
  return () => {
    ending.abort()
    timers.forEach((timer) => clearTimeout(timer))
    soon = () => {}
  }
}

async function takeList(person: string, signal: AbortSignal) {
  if (isUsed(person)) return
  const response = await fetch('/grocery/api/list', {
    headers: { 'Larder-User': person },
    cache: 'no-store',
    signal,
  })
  if (!response.ok || !(await isLarders(response))) return
  const list = (await response.json()) as NonNullable<Kept['list']>
  if (signal.aborted || list.user.id !== person || isUsed(person)) return
  localStorage.setItem(placeOf(person), JSON.stringify({ list, pending: [] } satisfies Kept))
  localStorage.setItem(latest, person)
  for (const watcher of watchers) watcher()
}

/** isUsed tells whether the page has something there that isn't sent: then what is kept is the page's alone. */
function isUsed(person: string): boolean {
  return (keptIn(localStorage.getItem(placeOf(person)) ?? '')?.pending ?? []).length > 0
}
