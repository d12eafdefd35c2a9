import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { watchPerson } from '@/lib/session'

/** useWatchedPerson keeps this page with whoever is logged in in this browser. */
export function useWatchedPerson() {
  const client = useQueryClient()
  useEffect(() => watchPerson(client), [client])
}
