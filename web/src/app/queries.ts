import { QueryCache, QueryClient } from '@tanstack/react-query'
import { Refused } from '@/lib/api'
import { endSession } from '@/lib/session'

/** newQueryClient returns the app's query client. It notices an ended session in any query. */
export function newQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Refused && error.status === 401) endSession(client)
      },
    }),
    defaultOptions: {
      queries: {
        // Our own deadline and the store decide, not the browser's guess about the network.
        networkMode: 'always',
        retry: false,
      },
    },
  })
  return client
}
