import { liveQuery } from 'dexie'
import { useEffect, useState } from 'react'

/** useLive gives what a question to the store answers, now and whenever that changes; before is for until then. */
export function useLive<T>(question: () => Promise<T>, before: T): T {
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
