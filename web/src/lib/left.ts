// That a person has logged out on this device. The session is in a cookie that pages can't read, so without a network it
// goes on, and the server would let the next one in with it. Until the server has ended it, this device takes itself for
// logged out whatever the server says. It is noted in a database of its own, which the service worker and the grocery
// page open too, and on the disk before anybody is told of it: localStorage is written seconds later.
import { isLarders } from '@/lib/word'

/** Left is a logout. */
export interface Left {
  /** The id of the person; '' once the session is ended, and nothing of them is left. */
  person: string
  /** The server has ended the session. It stays noted until somebody logs in: see tidyUp. */
  ended: boolean
}

const key = 'left'
/** What other pages of this browser hear of, and where the note is in a browser without databases. */
const place = 'larder.left'
/** The name of the service worker's task. */
export const leaveTask = 'larder.leave'

/** readLeft gives the last logout, unless somebody has logged in since. */
export async function readLeft(): Promise<Left | undefined> {
  try {
    return await inNotes('readonly', (notes) => notes.get(key) as IDBRequest<Left | undefined>)
  } catch {
    const person = globalThis.localStorage?.getItem(place) ?? undefined
    return person === undefined ? undefined : { person, ended: person === '' }
  }
}

/** isLeftHere tells at once whether the last thing that pages of this browser heard is a logout. */
export function isLeftHere(): boolean {
  return localStorage.getItem(place) !== null
}

/** noteLeft notes that a person has logged out. */
export async function noteLeft(person: string) {
  await write({ person, ended: false }).catch(() => undefined)
  globalThis.localStorage?.setItem(place, person)
}

/** forgetLeft is for a login: it takes the place of a logout before. */
export async function forgetLeft() {
  await inNotes('readwrite', (notes) => notes.delete(key)).catch(() => undefined)
  globalThis.localStorage?.removeItem(place)
}

const userKey = 'user'

/** noteUser notes who is logged in, null for nobody, where it outlives a browser that ends at once. */
export async function noteUser(user: unknown) {
  const noting =
    user === null
      ? inNotes('readwrite', (notes) => notes.delete(userKey))
      : inNotes('readwrite', (notes) => notes.put(user, userKey))
  await noting.catch(() => undefined)
}

/** readUser gives whom noteUser noted; undefined for nobody. */
export async function readUser(): Promise<unknown> {
  return inNotes('readonly', (notes) => notes.get(userKey) as IDBRequest<unknown>).catch(() => undefined)
}

/** endLeft ends the session of whoever has logged out. It tells whether none is left; false is for "not now". */
export function endLeft(): Promise<boolean> {
  return oneAfterTheOther(endLeftNow)
}

/** endLeftNow is endLeft for who has the turn already. */
export async function endLeftNow(): Promise<boolean> {
  const left = await readLeft()
  if (!left || left.ended) return true
  if (!(await isEnded(left.person))) return false
  await write({ person: '', ended: true }).catch(() => undefined)
  globalThis.localStorage?.setItem(place, '')
  return true
}

const patience = 10_000

async function isEnded(person: string): Promise<boolean> {
  try {
    const answer = await fetch('/api/session', {
      method: 'DELETE',
      headers: { 'Larder-User': person },
      keepalive: true, // also where the page is closed at once
      signal: AbortSignal.timeout(patience),
    })
    if (!(await isLarders(answer))) return false
    // 401: it has ended by itself. 403: by now the session is another person's, and stays.
    return answer.ok || answer.status === 401 || answer.status === 403
  } catch {
    return false
  }
}

/**
 * oneAfterTheOther keeps a logout that is sent late from ending the session of a login that came after it, in another
 * page too. Locks are there only over HTTPS and on this machine itself; without them the server still ends no other
 * person's.
 */
export async function oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('larder.session', work) : work()
}

function write(left: Left) {
  return inNotes('readwrite', (notes) => notes.put(left, key))
}

function inNotes<T>(mode: IDBTransactionMode, work: (notes: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('larder.device', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('notes')
    opening.onerror = () => reject(opening.error ?? new Error('there is no database'))
    opening.onsuccess = () => {
      const database = opening.result
      const change = database.transaction('notes', mode, { durability: 'strict' })
      const request = work(change.objectStore('notes'))
      change.oncomplete = () => {
        database.close()
        resolve(request.result)
      }
      change.onabort = () => {
        database.close()
        reject(change.error ?? new Error('the database was not written'))
      }
    }
  })
}
