// This device and the server are kept in step: what waits here goes out, what changed elsewhere comes in. First the
// changes since the last number that this device has, then the stream of them as they happen.
import type { QueryClient } from '@tanstack/react-query'
import { answered, queries, Refused, type Change } from '@/lib/api'
import { isOnline, watchNetwork } from '@/lib/network'
import { flush } from '@/lib/outbox'
import { applyChanges, listKey, recipeKey } from '@/lib/recipes'
import { endSession } from '@/lib/session'
import { readSynced, trimKept, writeSynced } from '@/lib/store'
import { pictureKeeper } from './pictures'
import { openStream } from './stream'
import { delayAfter, pause, visible } from './waits'

/** A page of changes that a weak signal brings within the deadline of a read. */
const pageSize = 50
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
  let changed = false
  for (let more = true; more && !signal.aborted;) {
    const query = { since: place.next ?? 0, limit: pageSize }
    const { data } = await answered(queries.GET('/api/changes', { params: { query }, signal }))
    await takeOver(client, place, data.changes, data.next)
    changed ||= data.changes.length > 0
    more = data.more
  }
  if (changed) void client.invalidateQueries({ queryKey: listKey })
}

async function takeOver(client: QueryClient, place: Place, changes: Change[], next: number) {
  await applyChanges(client, changes)
  await writeSynced({ next, at: Date.now() })
  place.next = next
  if (changes.length > 0) await trimKept()
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
      await takeOver(client, place, changes, next)
      place.onKept()
      void client.invalidateQueries({ queryKey: listKey })
    })
  } finally {
    clearTimeout(timer)
    unwatch()
    document.removeEventListener('visibilitychange', onHidden)
  }
}
