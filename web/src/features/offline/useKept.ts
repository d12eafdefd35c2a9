import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'
import { syncedAt, waitingHere, type Waiting } from '@/lib/store'

/** useLive gives what a question to the store answers, now and whenever that changes; before is for until then. */
function useLive<T>(question: () => Promise<T>, before: T): T {
  const [answer, setAnswer] = useState(before)
  useEffect(() => {
    const running = liveQuery(question).subscribe({
      next: setAnswer,
      error: () => undefined, // a browser that keeps nothing: then nothing waits
    })
    return () => running.unsubscribe()
  }, [question])
  return answer
}

const nothing: Waiting[] = []

/** useOutbox gives the commands of this page's person that aren't done, in their order. */
export const useOutbox = () => useLive(waitingHere, nothing)

/** useSyncedAt gives when this device last heard that it has all changes, 0 for never. */
export const useSyncedAt = () => useLive(syncedAt, 0)
