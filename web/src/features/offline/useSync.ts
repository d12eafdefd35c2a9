import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { startSync } from './sync'

/** useSync keeps this device and the server in step while the user is logged in; null is nobody. */
export function useSync(userId: string | null) {
  const client = useQueryClient()
  useEffect(() => {
    if (userId === null) return
    // A browser short of space would otherwise throw away what waits first.
    void navigator.storage?.persist?.()
    return startSync(client)
  }, [client, userId])
}
