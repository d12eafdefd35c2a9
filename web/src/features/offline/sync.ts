// Keeps this device and the server in sync: sends what is waiting, and fetches what changed
// elsewhere. First it fetches the changes since this device's last number, then it follows the
// stream.
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

/**
 * A page that a weak signal can deliver within the read deadline, and the largest page requested.
 */
const smallPage = 50
const largePage = 500
/** If a page takes less than this, in ms, the next one may be larger. */
const brisk = 500
/** How long a page may take to load and draw before this device starts storing recipes. */
const settles = 1_500
/** How long to trust the stream without polling: a dead connection doesn't announce itself. */
const lookAround = 60_000

/** startSync keeps both in sync until the returned function is called. */
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
  // On a new device, show the page first.
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

/**
 * How far this page has heard of the changes; null for not at all. Other pages of this browser have
 * their own.
 */
interface Place {
  next: number | null
  /** How many changes to request at once. */
  page: number
  /** Called when recipes may have been newly stored. */
  onKept: () => void
}

// Returns why the next command can't be sent; undefined if none is waiting.
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
    // Store what arrived before the connection broke, so that it isn't requested again.
    if (next !== null) await settle(place, arriving, next)
    if (changed) void client.invalidateQueries({ queryKey: listKey })
  }
}

// A fast connection gets larger pages; after a failure, start small again.
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

// Store the recipes before recording the number: everything up to it must be stored.
async function settle(place: Place, arriving: Arriving, next: number) {
  await settleArriving(arriving)
  await writeSynced({ next, at: Date.now() })
  place.next = next
}

// follow returns when it is time to poll, and throws if the stream is unavailable.
async function follow(client: QueryClient, place: Place, signal: AbortSignal, onOpen: () => void) {
  const over = new AbortController()
  const end = () => over.abort()
  const timer = setTimeout(end, lookAround)
  const unwatch = watchNetwork(() => {
    if (!isOnline()) end()
  })
  const onHidden = () => {
    // Browsers allow few connections per server, so a hidden page closes its own.
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
