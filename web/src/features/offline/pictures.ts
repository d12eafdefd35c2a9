// Thumbnails of the recipes stored on this device are cached too, even if nobody has viewed them.
import { Refused } from '@/lib/api'
import { cardEdge, hasPicture, pictureOf } from '@/lib/files'
import { isOnline } from '@/lib/network'
import { oneOfFew } from '@/lib/oneOfFew'
import { pictureKey, picturesCache } from '@/lib/pictures'
import { fetchRecipe } from '@/lib/recipes'
import { store, type KeptRecipe } from '@/lib/store'

/**
 * pictureKeeper returns a function to call when there may be pictures to cache. It works in the
 * background, one run at a time.
 */
export function pictureKeeper(signal: AbortSignal): () => void {
  let wanted = false
  let running = false
  const run = async () => {
    running = true
    while (wanted && !signal.aborted) {
      wanted = false
      await keepPictures(signal).catch(() => undefined) // offline, or out of space: the next call retries
    }
    running = false
  }
  return () => {
    wanted = true
    if (!running) void run()
  }
}

async function keepPictures(signal: AbortSignal) {
  // Unless the service worker controls this page nothing would be cached, and everything fetched
  // again next time.
  if (sparing() || !navigator.serviceWorker?.controller) return
  const cache = await caches.open(picturesCache)
  for (const kept of await store.recipes.toArray()) {
    if (signal.aborted || !isOnline()) return
    if (hasPicture(kept.recipe)) await keepPicture(cache, kept, signal)
  }
}

// A change names a recipe's files without addresses, so fetch the recipe.
async function keepPicture(cache: Cache, { id, recipe }: KeptRecipe, signal: AbortSignal) {
  const known = pictureOf(recipe, cardEdge)
  if (known && (await cache.match(pictureKey(known.src)))) return
  try {
    const picture = pictureOf(await oneOfFew(() => fetchRecipe(id, signal), signal), cardEdge)
    if (picture) await show(picture.src)
  } catch (error) {
    if (!(error instanceof Refused)) throw error // deleted meanwhile
  }
}

// Load it like a page does, so that the service worker caches it.
function show(src: string): Promise<void> {
  return new Promise((resolve) => {
    const image = new Image()
    image.onload = image.onerror = () => resolve()
    image.src = src
  })
}

/** Whether the cook has turned on the browser's data saver. */
function sparing(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } }
  return connection?.saveData ?? false
}
