// The grocery list is a separate page with its own service worker and storage
// (grocery-app/internal/page/static/app.js). A cook who has only used this app may first open it in
// the shop, possibly offline: so this app installs that page, and stores the list where the page
// looks for it.
import { useSyncExternalStore } from 'react'
import { isLarders } from '@/lib/word'

const page = '/grocery/'
const latest = 'grocery-user'
const placeOf = (person: string) => `grocery-list-${person}`
/**
 * When to fetch the list after a request, which usually takes a moment to arrive through the feed.
 */
const afterRequest = [1_000, 5_000]

interface Kept {
  list: { user: { id: string }; sequence: number; lines: { ticked: boolean }[] } | null
  pending: unknown[]
}

let soon = () => {}
const watchers = new Set<() => void>()
let counted = { text: '', open: 0 }

/** useOpenGroceries counts the open items on a person's list, as stored on this device. */
export function useOpenGroceries(person: string): number {
  return useSyncExternalStore(watch, () => openOf(localStorage.getItem(placeOf(person)) ?? ''))
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher)
  addEventListener('storage', watcher) // the list's page writes it
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

/** expectGroceries announces that the list is about to change. */
export function expectGroceries() {
  soon()
}

/**
 * keepGroceryList keeps a person's list on this device up to date until the returned function is
 * called.
 */
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

/**
 * isUsed reports whether the page has unsent operations: then only the page may change what is
 * stored.
 */
function isUsed(person: string): boolean {
  return (keptIn(localStorage.getItem(placeOf(person)) ?? '')?.pending ?? []).length > 0
}
