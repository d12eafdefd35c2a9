import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { watchPerson } from '@/lib/session'

/** useWatchedPerson keeps this page in step with this browser's logged-in user. */
export function useWatchedPerson() {
  const client = useQueryClient()
  useEffect(() => watchPerson(client), [client])
}
