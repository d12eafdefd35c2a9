import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keepEnding } from './keepEnding'
import { startSync } from './sync'

/**
 * useSync keeps this device and the server in sync: the user's data or, for nobody (null), their
 * logout.
 */
export function useSync(userId: string | null) {
  const client = useQueryClient()
  useEffect(() => {
    if (userId === null) return keepEnding()
    // Otherwise a browser short of space might delete the outbox first.
    void navigator.storage?.persist?.()
    return startSync(client)
  }, [client, userId])
}
