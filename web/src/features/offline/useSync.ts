import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keepEnding } from './keepEnding'
import { startSync } from './sync'

/** useSync keeps this device and the server in step: what the user keeps, and for nobody (null) that they logged out. */
export function useSync(userId: string | null) {
  const client = useQueryClient()
  useEffect(() => {
    if (userId === null) return keepEnding()
    // A browser short of space would otherwise throw away what waits first.
    void navigator.storage?.persist?.()
    return startSync(client)
  }, [client, userId])
}
