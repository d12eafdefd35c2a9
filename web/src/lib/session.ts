// Who is logged in. The session itself is a cookie that pages can't read; this device remembers whom it belongs
// to, so that the app opens at once and without a network.
import { queryOptions, useQuery, type QueryClient } from '@tanstack/react-query'
import { answered, queries, Refused, Unreachable, type User } from '@/lib/api'
import { setPersonHere } from '@/lib/person'
import { takeDevice, wipe } from '@/lib/store'

const place = 'larder.user'

export function rememberedUser(): User | null {
  try {
    return JSON.parse(localStorage.getItem(place) ?? 'null') as User | null
  } catch {
    return null
  }
}

/** rememberUser also takes away what is kept of the user before. */
export async function rememberUser(user: User) {
  setPersonHere(user.id)
  await takeDevice(user.id)
  localStorage.setItem(place, JSON.stringify(user))
}

/** forgetUser is for a session that ended: what is kept stays for when the same user logs in again. */
export function forgetUser() {
  setPersonHere(null)
  localStorage.removeItem(place)
}

/** leave is for logging out: nothing of the user stays on the device. */
export async function leave() {
  forgetUser()
  await wipe('keep')
}

setPersonHere(rememberedUser()?.id ?? null)

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<User | null> => {
    try {
      const { data } = await answered(queries.GET('/api/session', { signal }))
      await rememberUser(data.user)
      return data.user
    } catch (error) {
      if (error instanceof Refused && error.status === 401) {
        forgetUser()
        return null
      }
      if (error instanceof Unreachable || (error instanceof Refused && error.status >= 500))
        return rememberedUser()
      throw error
    }
  },
  initialData: () => rememberedUser() ?? undefined,
  initialDataUpdatedAt: 0,
  staleTime: 5 * 60_000,
})

/** useUser gives the user that is logged in, null for nobody. */
export function useUser(): User | null {
  return useQuery(sessionQuery).data ?? null
}

/** endSession is for a session that the server no longer knows: the pages lead to the login. */
export function endSession(client: QueryClient) {
  forgetUser()
  client.setQueryData(sessionQuery.queryKey, null)
}

/** switchUser shows the pages to somebody else, or to nobody: what was read for the one before is forgotten. */
export function switchUser(client: QueryClient, user: User | null) {
  client.setQueryData(sessionQuery.queryKey, user)
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] })
}
