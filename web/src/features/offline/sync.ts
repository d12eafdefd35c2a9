// This device and the server are kept in step: what waits here goes out, what changed elsewhere comes in. First the
// changes since the last number that this device has, then the stream of them as they happen.
import type { QueryClient } from '@tanstack/react-query'
import { answered, queries, Refused } from '@/lib/api'
import { isOnline, watchNetwork } from '@/lib/network'
import { flush } from '@/lib/outbox'
import { applyChanges, listKey, recipeKey } from '@/lib/recipes'
import { endSession } from '@/lib/session'
import { readSynced, settleArriving, writeSynced, type Arriving } from '@/lib/store'
import { pictureKeeper } from './pictures'
import { openStream } from './stream'
import { delayAfter, pause, visible } from './waits'

/** A page of changes that a weak signal brings within the deadline of a read, and the largest that is asked for. */
const smallPage = 50
const largePage = 500
/** Where a page takes less than this, in ms, the next one may have more. */
const brisk = 500
/** How long a page may take to be read and drawn before this device begins to keep everything. */
const settles = 1_500
/** How long the stream is trusted without a look of our own: a way that is dead doesn't say so. */
const lookAround = 60_000

/** startSync keeps the two in step until the function that it gives is called. */
export function startSync(client: QueryClient): () => void {
  const stop = new AbortController()
  void keepInStep(client, stop.signal)
  return () => stop.abort()
}

async function keepInStep(client: QueryClient, signal: AbortSignal) {
  const place: Place = {
    next: (await readSynced().catch(() => undefined))?.next ?? null,
    page: smallPage,
    onKept: pictureKeeper(signal),
  }
  // A device that has nothing yet has a page to show first.
  if (place.next === null) await pause(settles, signal)
  let failures = 0
  while (!signal.aborted) {
    let trouble: unknown
    try {
      await visible(signal)
      trouble = await deliver(client)
      await catchUp(client, place, signal)
      place.onKept()
      if (trouble === undefined) {
        await follow(client, place, signal, () => (failures = 0))
        continue
      }
    } catch (error) {
      trouble = error
    }
    if (signal.aborted) return
    if (trouble instanceof Refused && trouble.status === 401) return endSession(client)
    failures += 1
    await pause(delayAfter(failures, trouble), signal)
  }
}

/** How far this page has heard of the changes; null for not at all. Other pages of this browser have their own. */
interface Place {
  next: number | null
  /** How many changes are asked for at once. */
  page: number
  /** Called when there may be recipes that are newly kept. */
  onKept: () => void
}

// It gives why the next command can't be sent, undefined where none waits.
async function deliver(client: QueryClient): Promise<unknown> {
  const { recipes, stoppedBy } = await flush()
  for (const id of recipes) void client.invalidateQueries({ queryKey: recipeKey(id) })
  if (recipes.size > 0) void client.invalidateQueries({ queryKey: listKey })
  return stoppedBy
}

async function catchUp(client: QueryClient, place: Place, signal: AbortSignal) {
  const arriving: Arriving = new Map()
  let next = place.next
  let changed = false
  try {
    for (let more = true; more && !signal.aborted;) {
      const data = await readChanges(place, next ?? 0, signal)
      await applyChanges(client, data.changes, arriving)
      next = data.next
      changed ||= data.changes.length > 0
      more = data.more
    }
  } finally {
    // What came before the way broke off isn't asked for again, so it is kept now.
    if (next !== null) await settle(place, arriving, next)
    if (changed) void client.invalidateQueries({ queryKey: listKey })
  }
}

// A way that is quick brings more at once; one that fails begins with little again.
async function readChanges(place: Place, since: number, signal: AbortSignal) {
  const limit = place.page
  const asked = performance.now()
  place.page = smallPage
  const { data } = await answered(
    queries.GET('/api/changes', { params: { query: { since, limit } }, signal }),
  )
  const quick = performance.now() - asked < brisk
  place.page = quick ? Math.min(largePage, limit * 4) : Math.max(smallPage, Math.floor(limit / 2))
  return data
}

// What is noted as heard of is kept: in this order.
async function settle(place: Place, arriving: Arriving, next: number) {
  await settleArriving(arriving)
  await writeSynced({ next, at: Date.now() })
  place.next = next
}

// follow returns when it is time to look by ourselves, and throws where the stream can't be had.
async function follow(client: QueryClient, place: Place, signal: AbortSignal, onOpen: () => void) {
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, lookAround)
  const unwatch = watchNetwork(() => {
    if (!isOnline()) end()
  })
  const onHidden = () => {
    // Browsers have few connections to one server; a page that nobody sees gives its own back.
    if (document.hidden) end()
  }
  document.addEventListener('visibilitychange', onHidden)
  try {
    await openStream(place.next ?? 0, AbortSignal.any([signal, over.signal]), onOpen, async (changes) => {
      const next = changes.at(-1)?.change ?? place.next ?? 0
      const arriving: Arriving = new Map()
      await applyChanges(client, changes, arriving)
      await settle(place, arriving, next)
      place.onKept()
      void client.invalidateQueries({ queryKey: listKey })
    })
  } finally {
    clearTimeout(timer)
    unwatch()
    document.removeEventListener('visibilitychange', onHidden)
  }
}
