// Who is logged in. The session itself is a cookie that pages can't read; this device remembers whom it belongs
// to, so that the app opens at once and without a network.
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

/** How long a cook who logs out waits to see that the server knows it. */
const goodbye = 1_500

let exchanging = false
// Somebody has logged out here, and when this page began the server didn't know it.
let leftBefore = false

/**
 * startSession is for the start of a page, before it asks the server anything. After a logout nobody is logged in here,
 * also where the browser ended before all of it was written.
 */
export async function startSession() {
  const left = await readLeft()
  if (left) {
    leftBefore = !left.ended
    await forgetUser()
    await clearDevice()
  } else if (rememberedUser() === null) {
    // The browser may have ended before it had written its localStorage.
    const user = await readUser()
    if (user) localStorage.setItem(place, JSON.stringify(user))
  }
  setPersonHere(rememberedUser()?.id ?? null)
  // Before the router's own: what is typed on a page that must go is kept as a draft, and nobody is asked about it.
  addEventListener('beforeunload', (event) => exchanging && event.stopImmediatePropagation(), {
    capture: true,
  })
}

/**
 * exchangePage begins the app anew: what a page has in memory, and what it has begun to do, is of the person that it was
 * drawn for. It gives false where there is nothing to begin it from, without a network and without a service worker.
 */
function exchangePage(address: string): boolean {
  if (!isOnline() && !navigator.serviceWorker?.controller) return false
  exchanging = true
  location.replace(address)
  return true
}

/** isLoggedOut tells whether somebody has logged out here and nobody has logged in since, as far as this page knows. */
export function isLoggedOut(): boolean {
  return leftBefore && personHere() === null
}

/** adopt makes this device that of a user. What is kept of another one goes. */
async function adopt(user: User) {
  // A browser that keeps nothing has nothing of anybody else.
  const before = await keptFor().catch(() => undefined)
  if (before && before !== user.id) await clearDevice()
  await takeDevice(user.id).catch(() => undefined)
  await forgetLeft()
  // Each look at the session comes by here: what is known already isn't written to the disk again.
  const text = JSON.stringify(user)
  if (localStorage.getItem(place) !== text) await noteUser(user)
  localStorage.setItem(place, text)
  if (personHere() === null) setPersonHere(user.id)
}

// What is kept stays for when the same user logs in again.
function forgetUser(): Promise<void> {
  localStorage.removeItem(place)
  return noteUser(null)
}

/**
 * logIn begins a session, and gives its user; undefined where the page begins anew at the address, since it was another
 * one's. It throws Refused or Unreachable.
 */
export async function logIn(username: string, password: string, address: string): Promise<User | undefined> {
  return oneAfterTheOther(async () => {
    // The one before first: its end, sent later, would be that of this one.
    if (!(await endLeftNow())) throw new Unreachable('the session before was not ended')
    const { data } = await answered(commands.POST('/api/session', { body: { username, password } }))
    await adopt(data.user)
    if (data.user.id !== personHere() && exchangePage(address)) return undefined
    setPersonHere(data.user.id)
    return data.user
  })
}

/**
 * logOut logs the user out on this device, with a network or without one, and takes away what they leave. What waits to
 * be sent is kept for them, unless they say to discard it.
 */
export async function logOut(client: QueryClient, discard: boolean) {
  const person = personHere()
  if (person === null) return
  await noteLeft(person)
  await forgetUser() // which the other pages of this browser hear of
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

// Where the browser does such things, the session ends with the next network, also when the app is closed by then.
async function endLeftInBackground() {
  const registration = (await navigator.serviceWorker?.getRegistration()) as
    (ServiceWorkerRegistration & { sync?: { register: (task: string) => Promise<void> } }) | undefined
  await registration?.sync?.register(leaveTask).catch(() => undefined)
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<User | null> => {
    // Whoever has logged out here stays so, though the server may not know it yet.
    if (!(await endLeft())) return null
    try {
      const { data } = await answered(queries.GET('/api/session', { signal }))
      await adopt(data.user)
      // The page of somebody else goes; until it is gone it stays theirs.
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

/** useUser gives the user that is logged in, null for nobody. */
export function useUser(): User | null {
  return useQuery(sessionQuery).data ?? null
}

/** endSession is for a session that the server no longer knows: the pages lead to the login. */
export function endSession(client: QueryClient) {
  void forgetUser()
  client.setQueryData(sessionQuery.queryKey, null)
}

/** switchUser shows the pages to somebody else, or to nobody: what was read for the one before is forgotten. */
export function switchUser(client: QueryClient, user: User | null) {
  client.setQueryData(sessionQuery.queryKey, user)
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] })
}

/**
 * watchPerson keeps this page with the person who is logged in in this browser, whichever page let them in or out, until
 * the function that it gives is called.
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
  addEventListener('pageshow', look) // a page that was put by hears of nothing
  document.addEventListener('visibilitychange', look)
  const undoubt = onPersonDoubted(ask)
  return () => {
    removeEventListener('storage', onStorage)
    removeEventListener('pageshow', look)
    document.removeEventListener('visibilitychange', look)
    undoubt()
  }
}
