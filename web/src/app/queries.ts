import { QueryCache, QueryClient } from '@tanstack/react-query'
import { Refused } from '@/lib/api'
import { endSession } from '@/lib/session'

/** newQueryClient makes the one that the app asks through. A session that ended is noticed wherever it shows. */
export function newQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Refused && error.status === 401) endSession(client)
      },
    }),
    defaultOptions: {
      queries: {
        // Our own deadline and the store decide, not the browser's guess whether there is a network.
        networkMode: 'always',
        retry: false,
      },
    },
  })
  return client
}
