// The only place that removes a person's data from this device. It lists what belongs to the device
// and removes everything else, so that future features' data is removed too.
import { nobody, store, wipe } from '@/lib/store'

/**
 * The localStorage keys that belong to the device: its language, notices shown, who is logged in.
 */
const deviceKeys = new Set(['larder.language', 'larder.told', 'larder.user', 'larder.left'])
/** The caches with the pages themselves, which are the same for everyone. */
const pageCaches = /^(workbox-precache|larder\.fonts$|grocery-page-)/
/** Databases handled by name. */
const ownDatabases = new Set(['larder', 'larder.device'])

/** unsentOf counts a person's drafts and changes on this device that the server doesn't have. */
export async function unsentOf(person: string): Promise<number> {
  const changes = await store.outbox.where('owner').equals(person).count()
  const drafts = await store.drafts.where('owner').equals(person).count()
  return changes + drafts + unsentGroceries(person).length
}

/**
 * clearDevice removes a person's data. Unsent changes and drafts are kept for their owners,
 * invisible to anyone else; those of the person in discard are removed too.
 */
export async function clearDevice(discard?: string) {
  clearWords(discard)
  sessionStorage.clear()
  await Promise.allSettled([clearStore(discard), clearCaches(), clearOtherDatabases(), clearNotifications()])
}

function clearWords(discard?: string) {
  for (const name of Object.keys(localStorage)) {
    const person = /^grocery-list-(.*)/.exec(name)?.[1]
    const pending = person === undefined || person === discard ? [] : unsentGroceries(person)
    if (pending.length > 0) localStorage.setItem(name, JSON.stringify({ list: null, pending }))
    else if (!deviceKeys.has(name)) localStorage.removeItem(name)
  }
}

// The grocery page stores its list and its unsent operations there
// (grocery-app/internal/page/static/app.js).
function unsentGroceries(person: string): unknown[] {
  try {
    const kept = JSON.parse(localStorage.getItem(`grocery-list-${person}`) ?? '{}') as {
      pending?: { done?: number }[]
    }
    return (kept.pending ?? []).filter((operation) => operation.done === undefined)
  } catch {
    return []
  }
}

async function clearStore(discard?: string) {
  await store.transaction('rw', store.tables, async () => {
    await wipe('keep')
    await store.notes.put({ name: 'owner', value: nobody })
    if (discard === undefined) return
    await store.outbox.where('owner').equals(discard).delete()
    await store.drafts.where('owner').equals(discard).delete()
  })
}

async function clearCaches() {
  if (!('caches' in globalThis)) return
  const names = (await caches.keys()).filter((name) => !pageCaches.test(name))
  await Promise.all(names.map((name) => caches.delete(name)))
}

// A ringing timer's notification names its recipe.
async function clearNotifications() {
  const registration = await navigator.serviceWorker?.getRegistration()
  for (const each of (await registration?.getNotifications()) ?? []) each.close()
}

// The service worker stores the addresses of pictures in one. Empty it rather than delete it:
// deletion would wait until nobody has it open.
async function clearOtherDatabases() {
  for (const { name } of (await indexedDB.databases?.()) ?? []) {
    if (name && !ownDatabases.has(name)) await emptyDatabase(name)
  }
}

function emptyDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name)
    opening.onerror = () => reject(opening.error ?? new Error(`${name} was not opened`))
    opening.onsuccess = () => {
      const database = opening.result
      const done = () => {
        database.close()
        resolve()
      }
      const tables = [...database.objectStoreNames]
      if (tables.length === 0) return done()
      const change = database.transaction(tables, 'readwrite')
      for (const table of tables) change.objectStore(table).clear()
      change.oncomplete = done
      change.onabort = done
    }
  })
}
