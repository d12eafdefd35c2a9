// Who is logged in. The session itself is a cookie that pages can't read; this device remembers its
// user, so that the app opens at once and offline.
import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query'
import { answered, commands, queries, Refused, Unreachable, type User } from '@/lib/api'
import { clearDevice } from '@/lib/leave'
import {
  endLeft,
  endLeftNow,
  forgetLeft,
  isLeftHere,
  leaveTask,
  noteLeft,
  noteUser,
  oneAfterTheOther,
  readLeft,
  readUser,
} from '@/lib/left'
import { isOnline } from '@/lib/network'
import { onPersonDoubted, personHere, setPersonHere } from '@/lib/person'
import { keptFor, takeDevice } from '@/lib/store'

const place = 'larder.user'

export function rememberedUser(): User | null {
  try {
    return JSON.parse(localStorage.getItem(place) ?? 'null') as User | null
  } catch {
    return null
  }
}

/** How long a logout waits for the server's confirmation. */
const goodbye = 1_500

let exchanging = false
// Someone had logged out here, and the server didn't know it when this page started.
let leftBefore = false

/**
 * startSession runs when a page starts, before any request to the server. After a logout nobody is
 * logged in here, even if the browser ended before everything was written.
 */
export async function startSession() {
  const left = await readLeft()
  if (left) {
    leftBefore = !left.ended
    await forgetUser()
    await clearDevice()
  } else if (rememberedUser() === null) {
    // The browser may have ended before it wrote its localStorage.
    const user = await readUser()
    if (user) localStorage.setItem(place, JSON.stringify(user))
  }
  setPersonHere(rememberedUser()?.id ?? null)
  // Registered before the router's handler: typed text on a page that must close is stored as a
  // draft, so don't prompt.
  addEventListener('beforeunload', (event) => exchanging && event.stopImmediatePropagation(), {
    capture: true,
  })
}

/**
 * exchangePage reloads the app: a page's memory and running work belong to the person it was drawn
 * for. It returns false if there is nothing to load from, offline and without a service worker.
 */
function exchangePage(address: string): boolean {
  if (!isOnline() && !navigator.serviceWorker?.controller) return false
  exchanging = true
  location.replace(address)
  return true
}

/**
 * isLoggedOut reports whether someone has logged out here and nobody has logged in since, as far as
 * this page knows.
 */
export function isLoggedOut(): boolean {
  return leftBefore && personHere() === null
}

/** adopt assigns this device to a user and removes another user's data. */
async function adopt(user: User) {
  // A browser that stores nothing has nobody else's data.
  const before = await keptFor().catch(() => undefined)
  if (before && before !== user.id) await clearDevice()
  await takeDevice(user.id).catch(() => undefined)
  await forgetLeft()
  // Every session check ends up here, so don't write what is already stored.
  const text = JSON.stringify(user)
  if (localStorage.getItem(place) !== text) await noteUser(user)
  localStorage.setItem(place, text)
  if (personHere() === null) setPersonHere(user.id)
}

// The user's data stays for when they log in again.
function forgetUser(): Promise<void> {
  localStorage.removeItem(place)
  return noteUser(null)
}

/**
 * logIn starts a session and returns its user; undefined if the page reloads at the address because
 * it was someone else's. It throws Refused or Unreachable.
 */
export async function logIn(username: string, password: string, address: string): Promise<User | undefined> {
  return oneAfterTheOther(async () => {
    // End the previous session first: ending it later would end this one.
    if (!(await endLeftNow())) throw new Unreachable('the session before was not ended')
    const { data } = await answered(commands.POST('/api/session', { body: { username, password } }))
    await adopt(data.user)
    if (data.user.id !== personHere() && exchangePage(address)) return undefined
    setPersonHere(data.user.id)
    return data.user
  })
}

/**
 * logOut logs the user out on this device, online or offline, and removes their data. Unsent
 * changes are kept for them, unless they choose to discard them.
 */
export async function logOut(client: QueryClient, discard: boolean) {
  const person = personHere()
  if (person === null) return
  await noteLeft(person)
  await forgetUser() // the browser's other pages notice this
  await clearDevice(discard ? person : undefined)
  const ended = await Promise.race([endLeft(), new Promise<false>((go) => setTimeout(go, goodbye, false))])
  if (!ended) await endLeftInBackground()
  showNobody(client)
}

function showNobody(client: QueryClient) {
  if (exchangePage('/login')) return
  setPersonHere(null)
  switchUser(client, null)
}

// With browser support, the session ends once there is a network, even if the app is closed by
// then.
async function endLeftInBackground() {
  const registration = (await navigator.serviceWorker?.getRegistration()) as
    (ServiceWorkerRegistration & { sync?: { register: (task: string) => Promise<void> } }) | undefined
  await registration?.sync?.register(leaveTask).catch(() => undefined)
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<User | null> => {
    // Stay logged out, even if the server may not know it yet.
    if (!(await endLeft())) return null
    try {
      const { data } = await answered(queries.GET('/api/session', { signal }))
      await adopt(data.user)
      // Replace a page drawn for someone else; until it is gone, it stays theirs.
      if (data.user.id !== personHere() && exchangePage('/')) return await new Promise<never>(() => undefined)
      return data.user
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        await forgetUser()
        return null
      }
      if (error instanceof Unreachable || (error instanceof Refused && error.status >= 500))
        return rememberedUser()
      throw error
    }
  },
  initialData: () => rememberedUser() ?? (leftBefore ? null : undefined),
  initialDataUpdatedAt: 0,
  staleTime: 5 * 60_000,
})

/** useUser returns the logged-in user, null for nobody. */
export function useUser(): User | null {
  return useQuery(sessionQuery).data ?? null
}

/** endSession handles a session that the server no longer knows: pages go to the login. */
export function endSession(client: QueryClient) {
  void forgetUser()
  client.setQueryData(sessionQuery.queryKey, null)
}

/**
 * switchUser changes the pages' user, or to nobody, and forgets what was read for the previous one.
 */
export function switchUser(client: QueryClient, user: User | null) {
  client.setQueryData(sessionQuery.queryKey, user)
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] })
}

/**
 * watchPerson keeps this page in step with the browser's logged-in person, whichever page logged
 * them in or out, until the returned function is called.
 */
export function watchPerson(client: QueryClient): () => void {
  const look = () => {
    const user = rememberedUser()
    const shown = client.getQueryData(sessionQuery.queryKey)
    if (user && (user.id !== personHere() || shown === null)) exchangePage('/')
    else if (user || !shown) return
    else if (isLeftHere()) showNobody(client)
    else client.setQueryData(sessionQuery.queryKey, null)
  }
  const onStorage = (event: StorageEvent) => {
    if (event.key === place || event.key === null) look()
  }
  const ask = () => void client.refetchQueries({ queryKey: sessionQuery.queryKey })
  addEventListener('storage', onStorage)
  addEventListener('pageshow', look) // a page restored from the back/forward cache missed events
  document.addEventListener('visibilitychange', look)
  const undoubt = onPersonDoubted(ask)
  return () => {
    removeEventListener('storage', onStorage)
    removeEventListener('pageshow', look)
    document.removeEventListener('visibilitychange', look)
    undoubt()
  }
}
