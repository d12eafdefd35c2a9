// The thumbnails of the recipes that this device keeps are kept with them, also of those that nobody has looked at.
import { Refused } from '@/lib/api'
import { cardEdge, hasPicture, pictureOf } from '@/lib/files'
import { isOnline } from '@/lib/network'
import { oneOfFew } from '@/lib/oneOfFew'
import { pictureKey, picturesCache } from '@/lib/pictures'
import { fetchRecipe } from '@/lib/recipes'
import { store, type KeptRecipe } from '@/lib/store'

/** pictureKeeper gives what is called whenever there may be pictures to keep. It works in the background, once at a time. */
export function pictureKeeper(signal: AbortSignal): () => void {
  let wanted = false
  let running = false
  const run = async () => {
    running = true
    while (wanted && !signal.aborted) {
      wanted = false
      await keepPictures(signal).catch(() => undefined) // without a network, or space: the next call tries again
    }
    running = false
  }
  return () => {
    wanted = true
    if (!running) void run()
  }
}

async function keepPictures(signal: AbortSignal) {
  // Without the service worker's eyes on the page nothing of it would be kept, and all asked for again the next time.
  if (sparing() || !navigator.serviceWorker?.controller) return
  const cache = await caches.open(picturesCache)
  for (const kept of await store.recipes.toArray()) {
    if (signal.aborted || !isOnline()) return
    if (hasPicture(kept.recipe)) await keepPicture(cache, kept, signal)
  }
}

// A change names a recipe's files and not where they are, so the recipe is asked for.
async function keepPicture(cache: Cache, { id, recipe }: KeptRecipe, signal: AbortSignal) {
  const known = pictureOf(recipe, cardEdge)
  if (known && (await cache.match(pictureKey(known.src)))) return
  try {
    const picture = pictureOf(await oneOfFew(() => fetchRecipe(id, signal), signal), cardEdge)
    if (picture) await show(picture.src)
  } catch (error) {
    if (!(error instanceof Refused)) throw error // one that is gone meanwhile
  }
}

// As a page shows it, which is what the service worker keeps.
function show(src: string): Promise<void> {
  return new Promise((resolve) => {
    const image = new Image()
    image.onload = image.onerror = () => resolve()
    image.src = src
  })
}

/** Whether the cook has asked the browser to spare the network. */
function sparing(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } }
  return connection?.saveData ?? false
}
