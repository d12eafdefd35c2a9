import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'

/**
 * useLive returns the result of a query on the store, now and whenever it changes; before is the
 * initial value.
 */
export function useLive<T>(question: () => Promise<T>, before: T): T {
  const [answer, setAnswer] = useState(before)
  useEffect(() => {
    const running = liveQuery(question).subscribe({
      next: setAnswer,
      error: () => undefined, // the browser stores nothing, so nothing waits
    })
    return () => running.unsubscribe()
  }, [question])
  return answer
}
