// The fact that a person has logged out on this device. The session is in a cookie that pages can't
// read, so offline it continues, and the server would accept the next person with it. Until the
// server has ended it, this device considers itself logged out whatever the server says. The note
// is in its own database, which the service worker and the grocery page open too, and on disk
// before anyone is told: localStorage is written seconds later.
import { isLarders } from '@/lib/word'

/** Left is a logout. */
export interface Left {
  /** The person's id; '' once the session has ended and nothing of them is left. */
  person: string
  /** The server has ended the session. The note remains until someone logs in: see tidyUp. */
  ended: boolean
}

const key = 'left'
/** Notifies this browser's other pages, and holds the note in a browser without databases. */
const place = 'larder.left'
/** The name of the service worker's background sync task. */
export const leaveTask = 'larder.leave'

/** readLeft returns the last logout, unless someone has logged in since. */
export async function readLeft(): Promise<Left | undefined> {
  try {
    return await inNotes('readonly', (notes) => notes.get(key) as IDBRequest<Left | undefined>)
  } catch {
    const person = globalThis.localStorage?.getItem(place) ?? undefined
    return person === undefined ? undefined : { person, ended: person === '' }
  }
}

/**
 * isLeftHere reports synchronously whether the last event that this browser's pages heard of was a
 * logout.
 */
export function isLeftHere(): boolean {
  return localStorage.getItem(place) !== null
}

/** noteLeft records that a person has logged out. */
export async function noteLeft(person: string) {
  await write({ person, ended: false }).catch(() => undefined)
  globalThis.localStorage?.setItem(place, person)
}

/** forgetLeft removes the record of a logout after a login. */
export async function forgetLeft() {
  await inNotes('readwrite', (notes) => notes.delete(key)).catch(() => undefined)
  globalThis.localStorage?.removeItem(place)
}

const userKey = 'user'

/** noteUser records who is logged in, null for nobody, durably even if the browser ends at once. */
export async function noteUser(user: unknown) {
  const noting =
    user === null
      ? inNotes('readwrite', (notes) => notes.delete(userKey))
      : inNotes('readwrite', (notes) => notes.put(user, userKey))
  await noting.catch(() => undefined)
}

/** readUser returns the user noted by noteUser; undefined for nobody. */
export async function readUser(): Promise<unknown> {
  return inNotes('readonly', (notes) => notes.get(userKey) as IDBRequest<unknown>).catch(() => undefined)
}

/**
 * endLeft ends a logged-out person's session. It returns whether none is left; false means "not
 * now".
 */
export function endLeft(): Promise<boolean> {
  return oneAfterTheOther(endLeftNow)
}

/** endLeftNow is endLeft for a caller that already has its turn. */
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
      keepalive: true, // even if the page is closed at once
      signal: AbortSignal.timeout(patience),
    })
    if (!(await isLarders(answer))) return false
    // 401: it has expired. 403: the session now belongs to another person, and stays.
    return answer.ok || answer.status === 401 || answer.status === 403
  } catch {
    return false
  }
}

/**
 * oneAfterTheOther keeps a late logout request from ending the session of a later login, even in
 * another page. Locks only exist over HTTPS and on localhost; without them, the server still ends
 * no other person's session.
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
